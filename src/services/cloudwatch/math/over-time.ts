import type { DataPoint, MathValue, TimeSeries } from './series.ts';
import { array, mapPoints, series, seriesOf, withPoints, type Surroundings, type Value } from './values.ts';

/** What a series becomes by looking at each point and the one before. */
const against =
  (compare: (point: DataPoint, before: DataPoint) => number) =>
  (of: TimeSeries): TimeSeries =>
    withPoints(
      of,
      of.points.flatMap((point, index) => {
        const before = of.points[index - 1];
        return before ? [{ at: point.at, value: compare(point, before) }] : [];
      }),
    );

const secondsBetween = (point: DataPoint, before: DataPoint): number => (point.at - before.at) / 1000;

export const diff = against((point, before) => point.value - before.value);
export const diffTime = against(secondsBetween);
export const rate = against((point, before) => (point.value - before.value) / secondsBetween(point, before));

export function runningSum(of: TimeSeries): TimeSeries {
  let total = 0;
  return mapPoints(of, (value) => (total += value));
}

/** Parts of an instant in UTC. */
export const CALENDAR: Readonly<Record<string, (at: Date) => number>> = {
  MINUTE: (at) => at.getUTCMinutes(),
  HOUR: (at) => at.getUTCHours(),
  DAY: (at) => at.getUTCDay() || 7,
  DATE: (at) => at.getUTCDate(),
  MONTH: (at) => at.getUTCMonth() + 1,
  YEAR: (at) => at.getUTCFullYear(),
  EPOCH: (at) => at.getTime() / 1000,
};

/** Gives missing points a value: a number, another series' value, the last one before, or one on the line between two. */
export function fill(value: Value, by: Value | undefined, { grid }: Surroundings): MathValue {
  const all = grid();
  const filled = seriesOf(value, 'FILL').map((of) => {
    const instants = all.filter((at) => (at - (all[0] ?? 0)) % of.period === 0);
    const known = new Map(of.points.map((point) => [point.at, point.value]));
    const filler = fillerOf(by, of);
    return withPoints(
      of,
      instants.map((at) => ({ at, value: known.get(at) ?? filler(at) })),
    );
  });
  return value.kind === 'series' && filled[0] ? series(filled[0]) : array(filled);
}

function fillerOf(by: Value | undefined, { points }: TimeSeries): (at: number) => number {
  if (by?.kind === 'scalar') return () => by.value;
  if (by?.kind === 'series') {
    const others = new Map(by.series.points.map(({ at, value }) => [at, value]));
    return (at) => others.get(at) ?? NaN;
  }
  const around = neighbours(points);
  if (by?.kind === 'text' && by.value === 'REPEAT') return (at) => around(at)[0]?.value ?? NaN;
  if (by?.kind === 'text' && by.value === 'LINEAR') return (at) => between(...around(at), at);
  throw new TypeError('FILL needs a number, a time series, REPEAT or LINEAR');
}

/** The points before and after an instant that has none; to be asked for instants that rise. */
function neighbours(points: readonly DataPoint[]) {
  let next = 0;
  return (at: number): readonly [DataPoint | undefined, DataPoint | undefined] => {
    while ((points[next]?.at ?? Infinity) < at) next += 1;
    return [points[next - 1], points[next]];
  };
}

function between(low: DataPoint | undefined, high: DataPoint | undefined, at: number): number {
  if (!low || !high) return NaN;
  return low.value + ((high.value - low.value) * (at - low.at)) / (high.at - low.at);
}

/** Where a condition holds, the one; elsewhere the other, or nothing. */
export function choose(condition: Value, then: Value, otherwise: Value | undefined): MathValue {
  if (condition.kind === 'array' || condition.kind === 'text')
    throw new TypeError('IF needs a number or a time series');
  if (condition.kind === 'scalar') {
    const chosen = condition.value !== 0 ? then : otherwise;
    if (chosen === undefined) return series({ label: 'IF', period: 0, points: [] });
    if (chosen.kind === 'text') throw new TypeError('IF cannot give a text');
    return chosen;
  }
  const [yes, no] = [valuesOf(then), otherwise ? valuesOf(otherwise) : () => NaN];
  return series(mapPoints(condition.series, (value, at) => (value !== 0 ? yes(at) : no(at))));
}

function valuesOf(value: Value): (at: number) => number {
  if (value.kind === 'scalar') return () => value.value;
  if (value.kind !== 'series') throw new TypeError('IF gives numbers or time series, one for each case');
  const known = new Map(value.series.points.map((point) => [point.at, point.value]));
  return (at) => known.get(at) ?? NaN;
}
