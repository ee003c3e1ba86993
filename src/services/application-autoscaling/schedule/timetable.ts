import type { Clock } from '../../../kernel/clock.ts';
import { invalid } from '../faults.ts';
import type { ScheduledActionRecord } from '../records.ts';
import { readActionSchedule, type Timetable } from './action-schedule.ts';

type Timed = Pick<ScheduledActionRecord, 'schedule' | 'timezone' | 'startAt' | 'endAt' | 'putAt' | 'from'>;

/** When a scheduled action is due, under the time scale. @throws {ValidationException} when its schedule is none */
export function timetableOf({ schedule: text, timezone = 'UTC', ...times }: Timed, clock: Clock): Timetable {
  const schedule = readActionSchedule(text);
  if (!schedule) throw invalid(`Invalid schedule expression: ${text}`);
  return { ...times, schedule, zone: timezone, scaled: (span) => clock.scaled(span) };
}
