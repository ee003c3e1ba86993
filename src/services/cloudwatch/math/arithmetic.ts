import type { Operator } from './parse.ts';
import type { MathValue, TimeSeries } from './series.ts';
import { array, eachSeries, mapPoints, scalar, series, withPoints, type Value } from './values.ts';

const OPERATORS: Readonly<Record<Operator, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '^': (a, b) => a ** b,
  '==': (a, b) => Number(a === b),
  '!=': (a, b) => Number(a !== b),
  '<': (a, b) => Number(a < b),
  '<=': (a, b) => Number(a <= b),
  '>': (a, b) => Number(a > b),
  '>=': (a, b) => Number(a >= b),
  AND: (a, b) => Number(a !== 0 && b !== 0),
  OR: (a, b) => Number(a !== 0 || b !== 0),
};

/** Two series meet at the instants that both have; a division by zero gives no point. */
export function combine(operator: Operator, left: Value, right: Value): MathValue {
  const apply = OPERATORS[operator];
  if (left.kind === 'text' || right.kind === 'text') throw new TypeError(`${operator} cannot be applied to a text`);
  if (left.kind === 'array' && right.kind === 'array')
    throw new TypeError(`${operator} cannot be applied to two arrays of time series`);
  if (left.kind === 'array') return array(left.all.map((one) => oneOf(combine(operator, series(one), right))));
  if (right.kind === 'array') return array(right.all.map((one) => oneOf(combine(operator, left, series(one)))));
  if (left.kind === 'scalar' && right.kind === 'scalar') return scalar(apply(left.value, right.value));
  if (left.kind === 'scalar') return eachSeries(right, (one) => mapPoints(one, (v) => apply(left.value, v)), operator);
  if (right.kind === 'scalar') return eachSeries(left, (one) => mapPoints(one, (v) => apply(v, right.value)), operator);
  return series(meet(left.series, right.series, apply));
}

function oneOf(value: MathValue): TimeSeries {
  if (value.kind !== 'series') throw new TypeError('an array holds only time series');
  return value.series;
}

function meet(left: TimeSeries, right: TimeSeries, apply: (a: number, b: number) => number): TimeSeries {
  const others = new Map(right.points.map(({ at, value }) => [at, value]));
  const points = left.points.flatMap(({ at, value }) => {
    const other = others.get(at);
    return other === undefined ? [] : [{ at, value: apply(value, other) }];
  });
  return withPoints({ ...left, period: Math.min(left.period, right.period) }, points);
}

export const negate = (value: Value): MathValue => combine('-', scalar(0), value);
