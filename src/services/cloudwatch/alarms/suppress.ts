import type { Clock } from '../../../kernel/clock.ts';
import { seconds } from '../../../kernel/span.ts';
import type { AlarmRecord, CompositeAlarmRecord, Suppressor, Withheld } from './records.ts';
import { nameOf } from './rule/evaluate-rule.ts';
import { EVENT_BUS } from './transition.ts';

/** The alarm that keeps a composite alarm from acting, by its name. */
export const suppressorOf = ({ suppressor }: CompositeAlarmRecord): string | undefined =>
  suppressor && nameOf(suppressor.alarm);

type Suppression = Pick<Withheld, 'by' | 'until'>;

/**
 * Holds back what a change of state asks for: while the suppressor is in ALARM, and while it may still become so.
 *
 * When an alarm comes back before it has told anybody, nobody is told that it did.
 *
 * @param before - the alarm before it changed
 * @param other - the suppressor, if it is there
 * @param now - epoch milliseconds
 * Source: CloudWatch User Guide, "Suppressing composite alarm actions". What happens to an alarm that comes back while
 * it waits is assumed.
 */
export function withhold(
  before: CompositeAlarmRecord,
  after: CompositeAlarmRecord,
  other: AlarmRecord | undefined,
  now: number,
  clock: Clock,
): CompositeAlarmRecord {
  const isFresh = ({ id, target }: AlarmRecord['pending'][number]) =>
    target !== EVENT_BUS && !before.pending.some((work) => work.id === id);
  const works = after.pending.filter(isFresh);
  if (!after.suppressor || after.state.value === before.state.value) return after;
  const isAlarm = after.state.value === 'ALARM';
  const suppression =
    isAlarm || other?.state.value === 'ALARM' ? first(after.suppressor, other, now, clock) : undefined;
  const pending = after.pending.filter((work) => !isFresh(work));
  const { withheld: held, ...rest } = after;
  if (held) return isAlarm ? { ...rest, pending, withheld: { ...held, works } } : { ...rest, pending };
  return suppression && works.length > 0 ? { ...rest, pending, withheld: { ...suppression, works } } : after;
}

/** @returns the alarm with what is due now, or held back for another reason; `undefined` when nothing changes */
export function review(
  alarm: CompositeAlarmRecord,
  other: AlarmRecord | undefined,
  now: number,
  clock: Clock,
): CompositeAlarmRecord | undefined {
  const { withheld: held, ...rest } = alarm;
  if (!held) return undefined;
  const next = alarm.suppressor && following(held, alarm.suppressor, other, now, clock);
  if (!next) return { ...rest, pending: [...alarm.pending, ...held.works] };
  return next.by === held.by && next.until === held.until
    ? undefined
    : { ...rest, withheld: { works: held.works, ...next } };
}

function first({ waitPeriod }: Suppressor, other: AlarmRecord | undefined, now: number, clock: Clock) {
  if (other?.state.value === 'ALARM') return { by: 'Alarm' } as const;
  return until('WaitPeriod', now, waitPeriod, now, clock);
}

function following(
  { by, until: end }: Withheld,
  { extensionPeriod }: Suppressor,
  other: AlarmRecord | undefined,
  now: number,
  clock: Clock,
): Suppression | undefined {
  if (other?.state.value === 'ALARM') return { by: 'Alarm' };
  if (by === 'Alarm') return until('ExtensionPeriod', other?.state.transitionedAt ?? now, extensionPeriod, now, clock);
  return end !== undefined && end > now ? { by, until: end } : undefined;
}

/** @param period - configured seconds */
function until(
  by: Suppression['by'],
  from: number,
  period: number,
  now: number,
  clock: Clock,
): Suppression | undefined {
  const end = from + clock.scaled(seconds(period));
  return end > now ? { by, until: end } : undefined;
}
