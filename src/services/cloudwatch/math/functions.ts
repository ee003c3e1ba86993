import { aggregate, FOLDS, isFoldName } from './aggregates.ts';
import { CALENDAR, choose, diff, diffTime, fill, rate, runningSum } from './over-time.ts';
import { searchKey, type MathValue, type TimeSeries } from './series.ts';
import { array, columns, eachSeries, mapPoints, scalar, scalarOf, series, seriesOf, textOf } from './values.ts';
import type { Surroundings, Value } from './values.ts';

interface MathFunction {
  readonly least: number;
  readonly most: number;
  readonly apply: (values: readonly Value[], around: Surroundings) => MathValue;
}

/** The functions of metric math. Source: Amazon CloudWatch User Guide, "Using metric math", Functions. */
export function findFunction(name: string): MathFunction | undefined {
  return Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
}

/** A function of one value that is applied to every point. */
const pointwise = (name: string, change: (value: number) => number): MathFunction => ({
  least: 1,
  most: 1,
  apply: ([value = scalar(NaN)]) =>
    value.kind === 'scalar'
      ? scalar(change(value.value))
      : eachSeries(value, (of) => mapPoints(of, (held) => change(held)), name),
});

const seriesWise = (name: string, change: (of: TimeSeries) => TimeSeries): MathFunction => ({
  least: 1,
  most: 1,
  apply: ([value = scalar(NaN)]) => eachSeries(value, change, name),
});

const onArrays = (name: string, least: number, most: number, apply: OnArray): MathFunction => ({
  least,
  most,
  apply: ([value = scalar(NaN), ...others], around) => apply(seriesOf(value, name), others, around),
});

type OnArray = (all: readonly TimeSeries[], others: readonly Value[], around: Surroundings) => MathValue;

const nothing: TimeSeries = { label: '', period: 0, points: [] };

const folds = Object.keys(FOLDS)
  .filter(isFoldName)
  .map((name): [string, MathFunction] => [
    name,
    { least: 1, most: 1, apply: ([value = scalar(NaN)], { period }) => aggregate(name, value, period) },
  ]);

const calendar = Object.entries(CALENDAR).map(([name, part]): [string, MathFunction] => [
  name,
  seriesWise(name, (of) => mapPoints(of, (_value, at) => part(new Date(at)))),
]);

const FUNCTIONS: Readonly<Record<string, MathFunction>> = {
  ...Object.fromEntries(folds),
  ...Object.fromEntries(calendar),
  ABS: pointwise('ABS', Math.abs),
  CEIL: pointwise('CEIL', Math.ceil),
  FLOOR: pointwise('FLOOR', Math.floor),
  LOG: pointwise('LOG', Math.log),
  LOG10: pointwise('LOG10', Math.log10),
  DIFF: seriesWise('DIFF', diff),
  DIFF_TIME: seriesWise('DIFF_TIME', diffTime),
  RATE: seriesWise('RATE', rate),
  RUNNING_SUM: seriesWise('RUNNING_SUM', runningSum),
  FILL: { least: 2, most: 2, apply: ([value = scalar(NaN), by], around) => fill(value, by, around) },
  IF: {
    least: 2,
    most: 3,
    apply: ([condition = scalar(NaN), then = scalar(NaN), otherwise]) => choose(condition, then, otherwise),
  },
  FIRST: onArrays('FIRST', 1, 1, (all) => series(all[0] ?? nothing)),
  LAST: onArrays('LAST', 1, 1, (all) => series(all.at(-1) ?? nothing)),
  METRIC_COUNT: onArrays('METRIC_COUNT', 1, 1, (all) => scalar(all.length)),
  PERIOD: onArrays('PERIOD', 1, 1, (all, _others, { period }) => scalar((all[0]?.period ?? period) / 1000)),
  REMOVE_EMPTY: onArrays('REMOVE_EMPTY', 1, 1, (all) => array(all.filter(({ points }) => points.length > 0))),
  SLICE: onArrays('SLICE', 2, 3, (all, [from, to]) =>
    array(all.slice(scalarOf(from, 'SLICE'), to === undefined ? undefined : scalarOf(to, 'SLICE'))),
  ),
  SORT: onArrays('SORT', 3, 4, sort),
  METRICS: {
    least: 0,
    most: 1,
    apply([part], { metrics }) {
      const wanted = part === undefined ? '' : textOf(part, 'METRICS');
      return array(metrics.filter(([id]) => id.includes(wanted)).map(([, of]) => of));
    },
  },
  SEARCH: {
    least: 2,
    most: 3,
    apply([text, stat, period], { searched }) {
      const seconds = period === undefined ? undefined : scalarOf(period, 'SEARCH');
      const found = searched.get(searchKey(textOf(text, 'SEARCH'), textOf(stat, 'SEARCH'), seconds));
      if (!found) throw new TypeError('SEARCH cannot be used here');
      return array(found);
    },
  },
  TIME_SERIES: {
    least: 1,
    most: 1,
    apply: ([value], { grid, period }) =>
      series({
        label: 'TIME_SERIES',
        period,
        points: grid().map((at) => ({ at, value: scalarOf(value, 'TIME_SERIES') })),
      }),
  },
};

/** Series without data come last. */
function sort(all: readonly TimeSeries[], [by, order, limit]: readonly Value[]): MathValue {
  const [name, direction] = [textOf(by, 'SORT'), textOf(order, 'SORT')];
  if (!isFoldName(name)) throw new TypeError(`SORT cannot sort by ${name}`);
  if (direction !== 'ASC' && direction !== 'DESC') throw new TypeError('SORT needs ASC or DESC');
  const sign = direction === 'ASC' ? 1 : -1;
  const keyOf = ({ points }: TimeSeries): number =>
    points.length === 0 ? sign * Infinity : FOLDS[name](points.map(({ value }) => value));
  const sorted = all
    .map((of) => ({ of, key: keyOf(of) }))
    .sort((a, b) => (a.key === b.key ? 0 : sign * (a.key - b.key)));
  const most = limit === undefined ? all.length : scalarOf(limit, 'SORT');
  return array(sorted.slice(0, most).map(({ of }) => of));
}

/** An array as it is written, `[m1, m2, 10]`: numbers stand at every instant that one of the series has. */
export function listOf(values: readonly Value[], { period }: Surroundings): MathValue {
  const known = values.flatMap((value) =>
    value.kind === 'scalar' || value.kind === 'text' ? [] : seriesOf(value, '[]'),
  );
  const instants = columns(known).map(([at]) => at);
  return array(
    values.flatMap((value): readonly TimeSeries[] => {
      if (value.kind !== 'scalar') return seriesOf(value, 'an array');
      const points = instants.map((at) => ({ at, value: value.value }));
      return [{ label: String(value.value), period: known[0]?.period ?? period, points }];
    }),
  );
}
