import { readList, valueOf, type FieldRange } from './cron-list.ts';

/** The days of a month, counted from 1, in any order. @param month - from 1 */
export type DaysOf = (year: number, month: number) => readonly number[];

const DAYS: FieldRange = { least: 1, most: 31 };
const WEEK: FieldRange = { least: 1, most: 7, names: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] };

const lengthOf = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();
/** 1 is Sunday. */
const weekdayOf = (year: number, month: number, day: number): number =>
  new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 1;
const daysIn = (year: number, month: number): readonly number[] =>
  Array.from({ length: lengthOf(year, month) }, (_, index) => index + 1);

/**
 * Reads day-of-month and day-of-week, of which exactly one is `?`.
 *
 * @returns `undefined` for what are no days
 * Source: EventBridge User Guide, cron expressions.
 */
export function readDays(ofMonth: string, ofWeek: string): DaysOf | undefined {
  if ((ofMonth === '?') === (ofWeek === '?')) return undefined;
  return ofWeek === '?' ? readDaysOfMonth(ofMonth) : readDaysOfWeek(ofWeek);
}

function readDaysOfMonth(text: string): DaysOf | undefined {
  if (text === 'L') return (year, month) => [lengthOf(year, month)];
  if (text === 'LW') return (year, month) => [nearestWeekday(year, month, lengthOf(year, month))];
  const [, near] = /^(\d{1,2})W$/.exec(text) ?? [];
  if (near !== undefined) {
    const day = valueOf(near, DAYS);
    if (day === undefined) return undefined;
    return (year, month) => (day > lengthOf(year, month) ? [] : [nearestWeekday(year, month, day)]);
  }
  const days = readList(text, DAYS);
  return days && ((year, month) => daysIn(year, month).filter((day) => days.has(day)));
}

/** Monday to Friday, in the same month. */
function nearestWeekday(year: number, month: number, day: number): number {
  const weekday = weekdayOf(year, month, day);
  if (weekday === 7) return day === 1 ? 3 : day - 1;
  if (weekday === 1) return day === lengthOf(year, month) ? day - 2 : day + 1;
  return day;
}

function readDaysOfWeek(text: string): DaysOf | undefined {
  // The last day of a week is its Saturday.
  if (text === 'L') return readDaysOfWeek('7');
  const [, name = '', end = ''] = /^(\w{1,3}?)(L|#[1-5])$/.exec(text) ?? [];
  if (name !== '') {
    const weekday = valueOf(name, WEEK);
    const which = end === 'L' ? -1 : Number(end.slice(1)) - 1;
    return weekday === undefined
      ? undefined
      : (year, month) =>
          daysIn(year, month)
            .filter((day) => weekdayOf(year, month, day) === weekday)
            .slice(which)
            .slice(0, 1);
  }
  const weekdays = readList(text, WEEK);
  return weekdays && ((year, month) => daysIn(year, month).filter((day) => weekdays.has(weekdayOf(year, month, day))));
}
