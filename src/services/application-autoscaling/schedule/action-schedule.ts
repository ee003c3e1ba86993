import { nextOf } from '../../../kernel/schedule/cron.ts';
import { readSchedule, type Schedule } from '../../../kernel/schedule/schedule.ts';
import type { Millis } from '../../../kernel/span.ts';
import { instantOf, wallTimeAt, type WallTime } from './zone.ts';

/** When a scheduled action is due. */
export type ActionSchedule = Schedule | { readonly kind: 'at'; readonly wall: WallTime };

/** Reads `at(2030-01-01T08:00:00)`, `rate(5 minutes)` or `cron(0 8 * * ? *)`. @returns `undefined` for anything else */
export function readActionSchedule(text: string): ActionSchedule | undefined {
  const [, stamp] = /^at\((\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?)\)$/.exec(text) ?? [];
  if (stamp === undefined) return readSchedule(text);
  const wall = Date.parse(`${stamp}Z`);
  // The 30th of February would be the 2nd of March.
  return new Date(wall || 0).toISOString().startsWith(stamp) ? { kind: 'at', wall } : undefined;
}

/** A schedule with the bounds that its action has. Instants are epoch milliseconds. */
export interface Timetable {
  readonly schedule: ActionSchedule;
  readonly zone: string;
  readonly startAt?: number | undefined;
  readonly endAt?: number | undefined;
  /** When the action was put; rates without a start are counted from it. */
  readonly putAt: number;
  /** When the action was put, or was last due. */
  readonly from: number;
  /** Turns a configured span into a real one. */
  readonly scaled: (span: Millis) => Millis;
}

/** The first time that is later than `from`. @returns `undefined` when there is none */
export function nextTime({ startAt, endAt = Infinity, ...table }: Timetable): number | undefined {
  const { schedule, zone, from } = table;
  if (schedule.kind === 'at') return later(instantOf(zone, schedule.wall), from);
  const next = schedule.kind === 'rate' ? nextBeat(table, schedule.every, startAt) : nextCron(table, schedule, startAt);
  return next === undefined || next > endAt ? undefined : next;
}

/** The last of all times that have passed unseen; they are one. @returns `undefined` while none has */
export function lastPassed(table: Timetable, now: number): number | undefined {
  let found: number | undefined;
  // Times of a minute apart are many in a year: the shortest stretch before now that holds any is enough.
  for (const stretch of STRETCHES) {
    const from = Math.max(table.from, now - stretch);
    for (let at = nextTime({ ...table, from }); at !== undefined && at <= now; at = nextTime({ ...table, from: at }))
      found = at;
    if (found !== undefined || from === table.from) return found;
  }
  return found;
}

const HOUR = 3_600_000;
const STRETCHES = [HOUR, 24 * HOUR, 32 * 24 * HOUR, 367 * 24 * HOUR, Infinity];

const later = (at: number, than: number): number | undefined => (at > than ? at : undefined);

/** The first is at the start where there is one. */
function nextBeat({ from, putAt, scaled }: Timetable, configured: Millis, startAt: number | undefined): number {
  const every = scaled(configured);
  const first = startAt ?? putAt + every;
  return from < first ? first : first + (Math.floor((from - first) / every) + 1) * every;
}

function nextCron(
  { from, zone }: Timetable,
  { cron }: Extract<Schedule, { kind: 'cron' }>,
  startAt = -Infinity,
): number | undefined {
  const after = Math.max(from, startAt - 1);
  // Where clocks were put back, a time that has been may come again.
  for (let wall = nextOf(cron, wallTimeAt(zone, after)); wall !== undefined; wall = nextOf(cron, wall)) {
    const at = instantOf(zone, wall);
    if (at > after) return at;
  }
  return undefined;
}
