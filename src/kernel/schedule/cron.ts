import { readDays, type DaysOf } from './cron-days.ts';
import { readList, type FieldRange } from './cron-list.ts';

/** A cron expression of EventBridge: six fields, in UTC. */
export interface Cron {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  readonly years: ReadonlySet<number>;
  readonly days: DaysOf;
}

const MINUTES: FieldRange = { least: 0, most: 59 };
const HOURS: FieldRange = { least: 0, most: 23 };
const MONTHS: FieldRange = {
  least: 1,
  most: 12,
  names: ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'],
};
const YEARS: FieldRange = { least: 1970, most: 2199 };

/**
 * Reads `minutes hours day-of-month month day-of-week year`.
 *
 * @returns `undefined` for what is no such expression
 * Source: EventBridge User Guide, cron expressions. No library knows this dialect whole: W, years, and 1 for Sunday.
 */
export function readCron(text: string): Cron | undefined {
  const fields = text.trim().split(/\s+/);
  if (fields.length !== 6) return undefined;
  const [minute = '', hour = '', ofMonth = '', month = '', ofWeek = '', year = ''] = fields;
  const [minutes, hours] = [readList(minute, MINUTES), readList(hour, HOURS)];
  const [months, years] = [readList(month, MONTHS), readList(year, YEARS)];
  const days = readDays(ofMonth.toUpperCase(), ofWeek.toUpperCase());
  return minutes && hours && months && years && days && { minutes, hours, months, years, days };
}

const sorted = (values: Iterable<number>): readonly number[] => [...values].sort((a, b) => a - b);

/** The first instant that fits and is later. @param after - epoch milliseconds @returns `undefined` when there is none */
export function nextOf({ minutes, hours, months, years, days }: Cron, after: number): number | undefined {
  const from = new Date(after);
  for (const year of sorted(years)) {
    if (year < from.getUTCFullYear()) continue;
    for (const month of sorted(months)) {
      // The end of the month is past: so is all of it.
      if (Date.UTC(year, month, 1) <= after) continue;
      for (const day of sorted(days(year, month))) {
        if (Date.UTC(year, month - 1, day + 1) <= after) continue;
        const found = nextInDay(Date.UTC(year, month - 1, day), sorted(hours), sorted(minutes), after);
        if (found !== undefined) return found;
      }
    }
  }
  return undefined;
}

function nextInDay(midnight: number, hours: readonly number[], minutes: readonly number[], after: number) {
  for (const hour of hours)
    for (const minute of minutes) {
      const at = midnight + hour * 3_600_000 + minute * 60_000;
      if (at > after) return at;
    }
  return undefined;
}
