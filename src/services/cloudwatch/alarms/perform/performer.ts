import type { Scope } from '../../../../kernel/scope.ts';
import type { Kept } from '../../../../store/store.ts';
import type { AlarmDeps } from '../deps.ts';
import { putAlarm, type HistoryItem } from '../history.ts';
import { alarmsIn, type AlarmRecord, type PendingWork } from '../records.ts';
import { EVENT_BUS } from '../transition.ts';
import { emitChange } from './event.ts';
import { performAction, type Outcome } from './perform-action.ts';

/** Work that Teal did not outlive as often is given up. */
const MOST_ATTEMPTS = 3;

/** Does what changes of state asked for: the work of one alarm in its order, that of many alarms at once. */
export interface Performer {
  /** Takes up the work that stands in these records. */
  perform(alarms: readonly Kept<AlarmRecord>[]): void;
  /** Waits for what is under way. */
  close(): Promise<void>;
}

export function startPerformer(deps: AlarmDeps): Performer {
  const underWay = new Map<string, Promise<void>>();
  let isClosing = false;
  const workOff = async (scope: Scope, name: string): Promise<void> => {
    while (!isClosing) {
      const alarm = await begin(deps, scope, name);
      const [work] = alarm?.pending ?? [];
      if (!alarm || !work) return;
      const outcome = await attempt(deps, scope, alarm, work);
      await finish(deps, scope, name, work, outcome);
    }
  };
  return {
    perform(alarms) {
      for (const { scope, record } of alarms) {
        const key = `${scope.account}/${scope.region}/${record.name}`;
        if (isClosing || record.pending.length === 0 || underWay.has(key)) continue;
        underWay.set(
          key,
          workOff(scope, record.name)
            .catch((error: unknown) => deps.logger.error('an alarm could not act', { alarm: record.arn, error }))
            .finally(() => underWay.delete(key)),
        );
      }
    },
    async close() {
      isClosing = true;
      await Promise.all(underWay.values());
    },
  };
}

/** Counts the attempt before it is made, so that work that ends Teal is not begun for ever. */
const begin = (deps: AlarmDeps, scope: Scope, name: string): Promise<AlarmRecord | undefined> =>
  alarmsIn(deps.store).change(scope, name, (alarm) => {
    const [first, ...rest] = alarm.pending;
    return first && { ...alarm, pending: [{ ...first, attempts: first.attempts + 1 }, ...rest] };
  });

async function attempt(deps: AlarmDeps, scope: Scope, alarm: AlarmRecord, work: PendingWork): Promise<Outcome> {
  if (work.attempts > MOST_ATTEMPTS)
    return { error: `Given up: Teal ended ${MOST_ATTEMPTS} times while it was under way.` };
  try {
    return work.target === EVENT_BUS
      ? await emitChange(deps, scope, alarm, work)
      : await performAction(deps, scope, alarm, work);
  } catch (cause) {
    return { error: cause instanceof Error ? cause.message : String(cause) };
  }
}

async function finish(
  { store, clock, logger }: AlarmDeps,
  scope: Scope,
  name: string,
  work: PendingWork,
  outcome: Outcome,
): Promise<void> {
  if (outcome.error !== undefined)
    logger.warn('an action of an alarm failed', { alarm: name, target: work.target, reason: outcome.error });
  await store.transaction(async (tx) => {
    const alarm = await alarmsIn(tx).get(scope, name);
    if (!alarm) return;
    const pending = alarm.pending.filter(({ id }) => id !== work.id);
    const items = work.target === EVENT_BUS ? [] : [attempted(work, outcome, clock.now().getTime())];
    await putAlarm(tx, scope, { ...alarm, pending }, items);
  });
}

const attempted = ({ target, to }: PendingWork, { error, message }: Outcome, at: number): HistoryItem => ({
  at,
  type: 'Action',
  summary: error === undefined ? `Successfully executed action ${target}` : `Failed to execute action ${target}`,
  data: JSON.stringify({
    actionState: error === undefined ? 'Succeeded' : 'Failed',
    stateUpdateTimestamp: to.updatedAt,
    notificationResource: target,
    ...(message !== undefined && { publishedMessage: message }),
    error: error ?? null,
  }),
});
