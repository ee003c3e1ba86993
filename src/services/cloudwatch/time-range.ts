import { invalidValue, validationError } from './faults.ts';
import type { Span } from './metric-reader.ts';
import { floorTo } from './series/tiers.ts';

const SHORT_PERIODS = [1, 5, 10, 20, 30];
const DAY = 86_400_000;

/** @throws {InvalidParameterValue} for seconds that CloudWatch has no period of */
export function requirePeriod(period: number): void {
  if (!SHORT_PERIODS.includes(period) && period % 60 !== 0)
    throw invalidValue(`The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60, found ${period}.`);
}

export const notBefore = (): Error =>
  validationError('The parameter StartTime must be less than the parameter EndTime.');

/**
 * The periods that a time range touches: the start goes down to the minute, for old data to five minutes or the hour,
 * for short periods to the period. Source: API Reference, GetMetricStatistics, StartTime.
 *
 * @param period - seconds
 * @param now - epoch milliseconds
 */
export function periodsOf(start: Date, end: Date, period: number, now: number): Span {
  const age = now - start.getTime();
  const step = age > 63 * DAY ? 3600 : age > 15 * DAY ? 300 : Math.min(period, 60);
  const from = floorTo(start.getTime(), step * 1000);
  const periods = Math.ceil((end.getTime() - from) / (period * 1000));
  return { from, to: from + periods * period * 1000, period: period * 1000 };
}
