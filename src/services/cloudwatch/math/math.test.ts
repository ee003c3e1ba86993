import { expect, it } from 'vitest';
import { evaluateMath } from './evaluate-math.ts';
import { MathError, type MathQuery, type MathValue, type TimeSeries } from './series.ts';

const MINUTE = 60_000;
const SPAN = { from: 0, to: 5 * MINUTE };

/** Values of the minutes 0, 1, …; `null` has no point. */
const minutes = (...values: (number | null)[]): TimeSeries => ({
  label: 'metric',
  period: MINUTE,
  points: values.flatMap((value, index) => (value === null ? [] : [{ at: index * MINUTE, value }])),
});

const METRICS: Readonly<Record<string, TimeSeries>> = {
  m1: minutes(1, 2, 3, 4, 5),
  m2: minutes(10, null, 30, null, 0),
  none: minutes(),
};

async function evaluate(expression: string, more: readonly MathQuery[] = []) {
  const metrics = Object.keys(METRICS).map((id) => ({ id }));
  const found = await evaluateMath(
    [{ id: 'e', expression }, ...metrics, ...more],
    async (id) => METRICS[id] ?? minutes(),
    SPAN,
  );
  return written(found.get('e'));
}

function written(value: MathValue | undefined): unknown {
  if (value?.kind === 'scalar') return value.value;
  if (value?.kind === 'series') return valuesOf(value.series);
  return value?.all.map(valuesOf);
}

const valuesOf = ({ points }: TimeSeries) =>
  Array.from({ length: 5 }, (_, index) => points.find(({ at }) => at === index * MINUTE)?.value ?? null);

it.each<readonly [string, unknown]>([
  ['2 + 3 * 4', 14],
  ['(2 + 3) * 4', 20],
  ['2 ^ 3 ^ 2', 512],
  ['-2 ^ 2', -4],
  ['2 ^ -1', 0.5],
  ['10 - 4 - 3', 3],
  ['8 / 4 / 2', 1],
  ['1 + 1 > 1 AND 2 <= 1 OR 1 != 2', 1],
  ['1 && 0 || 0', 0],
  ['1e2 + .5', 100.5],
  ['m1 * 2', [2, 4, 6, 8, 10]],
  ['100 - m1', [99, 98, 97, 96, 95]],
  ['-m1', [-1, -2, -3, -4, -5]],
  ['m1 + m2', [11, null, 33, null, 5]],
  ['m1 / m2', [0.1, null, 0.1, null, null]],
  ['m1 >= 3', [0, 0, 1, 1, 1]],
  ['m1 > 1 AND m1 < 4', [0, 1, 1, 0, 0]],
  [
    '[m1, m2] * 10',
    [
      [10, 20, 30, 40, 50],
      [100, null, 300, null, 0],
    ],
  ],
  ['AVG(m1)', 3],
  ['SUM(m2)', 40],
  ['MIN(m1) + MAX(m1)', 6],
  ['STDDEV(m1)', Math.sqrt(2)],
  ['DATAPOINT_COUNT(m2)', 3],
  ['SUM([m1, m2])', [11, 2, 33, 4, 5]],
  ['AVG([m1, m2])', [5.5, 2, 16.5, 4, 2.5]],
  ['MAX([m1, 3])', [3, 3, 3, 4, 5]],
  ['DATAPOINT_COUNT([m1, m2])', [2, 1, 2, 1, 2]],
  ['SUM(METRICS())', [11, 2, 33, 4, 5]],
  ['SUM(METRICS("m2"))', [10, null, 30, null, 0]],
  ['METRIC_COUNT(METRICS())', 3],
  ['METRIC_COUNT(REMOVE_EMPTY(METRICS()))', 2],
  ['ABS(0 - m1)', [1, 2, 3, 4, 5]],
  ['CEIL(m1 / 2)', [1, 1, 2, 2, 3]],
  ['FLOOR(m1 / 2)', [0, 1, 1, 2, 2]],
  ['LOG10(100)', 2],
  ['LOG(m2)', [Math.log(10), null, Math.log(30), null, null]],
  ['DIFF(m2)', [null, null, 20, null, -30]],
  ['DIFF_TIME(m2)', [null, null, 120, null, 120]],
  ['RATE(m2)', [null, null, 20 / 120, null, -30 / 120]],
  ['RUNNING_SUM(m1)', [1, 3, 6, 10, 15]],
  ['PERIOD(m1)', 60],
  ['m1 / PERIOD(m1)', [1 / 60, 2 / 60, 3 / 60, 4 / 60, 5 / 60]],
  ['FILL(m2, 7)', [10, 7, 30, 7, 0]],
  ['FILL(none, 0)', [0, 0, 0, 0, 0]],
  ['FILL(m2, REPEAT)', [10, 10, 30, 30, 0]],
  ['FILL(m2, LINEAR)', [10, 20, 30, 15, 0]],
  ['FILL(m2, m1)', [10, 2, 30, 4, 0]],
  ['FILL(METRICS("m2"), 1)', [[10, 1, 30, 1, 0]]],
  ['IF(m1 > 2, m1, 0)', [0, 0, 3, 4, 5]],
  ['IF(m1 > 2, m2)', [null, null, 30, null, 0]],
  ['IF(1, m1, m2)', [1, 2, 3, 4, 5]],
  ['IF(m2 > 5, 1, 0)', [1, null, 1, null, 0]],
  ['FIRST(SORT(METRICS(), SUM, DESC))', [10, null, 30, null, 0]],
  ['LAST(SORT(REMOVE_EMPTY(METRICS()), SUM, DESC, 2))', [1, 2, 3, 4, 5]],
  ['SORT(METRICS("m"), AVG, ASC, 1)', [[1, 2, 3, 4, 5]]],
  ['SLICE(METRICS(), 1, 2)', [[10, null, 30, null, 0]]],
  ['TIME_SERIES(5)', [5, 5, 5, 5, 5]],
  ['MINUTE(m1)', [0, 1, 2, 3, 4]],
  ['EPOCH(m1)', [0, 60, 120, 180, 240]],
  ['YEAR(m1)', [1970, 1970, 1970, 1970, 1970]],
  ['DAY(m1)', [4, 4, 4, 4, 4]],
])('%s', async (expression, expected) => {
  expect(await evaluate(expression)).toEqual(expected);
});

it('evaluates expressions of expressions, wherever they stand', async () => {
  const more = [
    { id: 'errors', expression: 'rate * 100' },
    { id: 'rate', expression: 'm1 / 10' },
  ];

  expect(await evaluate('errors + 1', more)).toEqual([11, 21, 31, 41, 51]);
});

it('labels what an expression gives as its query says, and else by its id', async () => {
  const queries = [{ id: 'm1' }, { id: 'a', expression: 'm1 + 1', label: 'one more' }, { id: 'b', expression: 'm1' }];
  const found = await evaluateMath(queries, async () => minutes(1), SPAN);

  expect(['a', 'b'].map((id) => found.get(id))).toMatchObject([
    { series: { label: 'one more' } },
    { series: { label: 'b' } },
  ]);
});

it.each<readonly [string, string]>([
  ['', 'it ends too early'],
  ['m1 +', 'it ends too early'],
  ['(m1', "a ')' is missing"],
  ['m1 m1', "unexpected 'm1'"],
  ['m1 % 2', "unexpected '%' at position 4"],
  ['m9 + 1', "there is no query with the id 'm9'"],
  ['NOPE(m1)', 'there is no function NOPE here'],
  ['AVG(m1, m1)', 'AVG does not take 2 arguments'],
  ['[m1] + [m1]', 'two arrays'],
  ['RATE(1)', 'RATE needs a time series'],
  ['"text"', 'a text is no result'],
  ['FILL(m1, "x")', 'FILL needs'],
  ['e + 1', 'it depends on itself'],
  [`${'('.repeat(1000)}1`, 'nested too deeply'],
])('refuses %s, naming the query and the reason', async (expression, reason) => {
  const refused = evaluate(expression);

  await expect(refused).rejects.toBeInstanceOf(MathError);
  await expect(refused).rejects.toThrow("Error in expression 'e':");
  await expect(refused).rejects.toThrow(reason);
});

it('refuses to make up more points than GetMetricData gives', async () => {
  const refused = evaluateMath([{ id: 'e', expression: 'TIME_SERIES(1)', period: 1000 }], async () => minutes(), {
    from: 0,
    to: 1000 * 100_801,
  });

  await expect(refused).rejects.toThrow('more than 100800 points');
});
