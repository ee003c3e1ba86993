import { expect, it } from 'vitest';
import type { MissingData, StateValue, ThresholdRule } from '../records.ts';
import { decide, type Datapoint } from './decide.ts';
import { reasonOf } from './reason.ts';

const TREATMENTS = ['missing', 'ignore', 'breaching', 'notBreaching'] as const satisfies MissingData[];

const rule = (datapointsToAlarm: number, more: Partial<ThresholdRule> = {}): ThresholdRule => ({
  evaluationPeriods: 3,
  datapointsToAlarm,
  comparison: 'GreaterThanThreshold',
  threshold: 1,
  ...more,
});

/** `0 - X`, the oldest first: 0 does not breach, X does, - is missing. */
const slots = (pattern: string): readonly (Datapoint | undefined)[] =>
  pattern
    .split(' ')
    .map((mark, index) => (mark === '-' ? undefined : { at: index * 60_000, value: mark === 'X' ? 2 : 0 }))
    .reverse();

type Expected = StateValue | 'keep';
const N = 'INSUFFICIENT_DATA';

/** M, the points, and the state for each treatment. Source: spec/platform §12.7, truth table. */
const ROWS: readonly (readonly [number, string, Expected, Expected, Expected, Expected])[] = [
  [3, '0 - X - X', 'OK', 'OK', 'OK', 'OK'],
  [3, '0 - - - -', 'OK', 'OK', 'OK', 'OK'],
  [3, '- - - - -', N, 'keep', 'ALARM', 'OK'],
  [3, '0 X X - X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  [3, '- - X - -', 'ALARM', 'keep', 'ALARM', 'OK'],
  [2, '0 - X - X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  [2, '0 0 X 0 X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  [2, '0 - X - -', 'OK', 'OK', 'ALARM', 'OK'],
  [2, '- - - - 0', 'OK', 'OK', 'ALARM', 'OK'],
  [2, '- - - X -', 'ALARM', 'keep', 'ALARM', 'OK'],
  // A lone fresh breach waits for the next point.
  [3, '- - - - X', 'keep', 'keep', 'ALARM', 'OK'],
  [3, '- - - X -', 'keep', 'keep', 'ALARM', 'OK'],
  [3, '- - X - 0', 'OK', 'OK', 'OK', 'OK'],
  [3, '- X X - -', 'ALARM', 'keep', 'ALARM', 'OK'],
];

it.each(
  ROWS.flatMap(([m, pattern, ...states]) =>
    TREATMENTS.map((treatment, index) => [m, pattern, treatment, states[index] ?? 'keep'] as const),
  ),
)('with %i of 3 and %s, %s data gives %s', (m, pattern, treatMissingData, expected) => {
  const verdict = decide(rule(m, { treatMissingData }), slots(pattern));

  expect(verdict.do === 'keep' ? 'keep' : verdict.value).toBe(expected);
});

it.each([
  [99, 999, 'keep'],
  [99, 1000, 'ALARM'],
  [50, 19, 'keep'],
  [50, 20, 'ALARM'],
  [10, 99, 'keep'],
  [10, 100, 'ALARM'],
])('judges the %ith percentile of %i samples: %s', (percentile, samples, expected) => {
  const one = rule(1, { evaluationPeriods: 1, lowSamples: 'ignore' });
  const verdict = decide(one, [{ at: 0, value: 2, sampleCount: samples }], percentile);

  expect(verdict.do === 'keep' ? 'keep' : verdict.value).toBe(expected);
  expect(
    decide({ ...one, lowSamples: 'evaluate' }, [{ at: 0, value: 2, sampleCount: samples }], percentile),
  ).toMatchObject({
    value: 'ALARM',
  });
});

const AT = Date.UTC(2021, 6, 14, 23, 18);
const points = (...values: number[]): readonly Datapoint[] =>
  values.map((value, index) => ({ at: AT - index * 60_000, value }));
const because = (with_: Partial<ThresholdRule>, found: readonly (Datapoint | undefined)[]): string => {
  const asked: ThresholdRule = { ...rule(3), ...with_ };
  const verdict = decide(asked, found);
  return verdict.do === 'keep' ? 'keep' : reasonOf(asked, verdict);
};
const NONE = [undefined, undefined, undefined, undefined, undefined];

it.each([
  [
    { threshold: 7, comparison: 'GreaterThanOrEqualToThreshold' },
    points(9, 9.7, 9.1),
    'Threshold Crossed: 3 out of the last 3 datapoints [9.0 (14/07/21 23:18:00), 9.7 (14/07/21 23:17:00), 9.1 (14/07/21 23:16:00)] were greater than or equal to the threshold (7.0) (minimum 3 datapoints for OK -> ALARM transition).',
  ],
  [
    { threshold: 0.1 },
    points(0, 5, 6),
    'Threshold Crossed: 1 out of the last 3 datapoints [0.0 (14/07/21 23:18:00)] was not greater than the threshold (0.1) (minimum 1 datapoint for ALARM -> OK transition).',
  ],
  [
    { evaluationPeriods: 1, datapointsToAlarm: 1 },
    points(5),
    'Threshold Crossed: 1 out of the last 1 datapoints [5.0 (14/07/21 23:18:00)] was greater than the threshold (1.0) (minimum 1 datapoint for OK -> ALARM transition).',
  ],
  [
    { datapointsToAlarm: 2, comparison: 'LessThanThreshold', threshold: 12_345_678 },
    points(1, 2, 99_999_999),
    'Threshold Crossed: 2 out of the last 3 datapoints [1.0 (14/07/21 23:18:00), 2.0 (14/07/21 23:17:00)] were less than the threshold (1.2345678E7) (minimum 2 datapoints for OK -> ALARM transition).',
  ],
  [
    { treatMissingData: 'notBreaching' },
    NONE,
    'Threshold Crossed: no datapoints were received for 3 periods and 3 missing datapoints were treated as [NonBreaching].',
  ],
  [
    { treatMissingData: 'breaching', evaluationPeriods: 1, datapointsToAlarm: 1 },
    [undefined],
    'Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as [Breaching].',
  ],
  [
    { treatMissingData: 'breaching' },
    [...points(5), undefined, undefined],
    'Threshold Crossed: 1 datapoint was received for 3 periods and 2 missing datapoints were treated as [Breaching].',
  ],
  [{}, NONE, 'Insufficient Data: 3 datapoints were unknown.'],
  [{ evaluationPeriods: 1, datapointsToAlarm: 1 }, NONE, 'Insufficient Data: 1 datapoint was unknown.'],
] as const satisfies readonly (readonly [Partial<ThresholdRule>, readonly (Datapoint | undefined)[], string])[])(
  'says why: %j, %j',
  (asked, found, words) => {
    expect(because(asked, found)).toBe(words);
  },
);

it('has the shorter words for an alarm that never named how many datapoints must breach', () => {
  const { datapointsToAlarm: _never, ...asked } = rule(3, { evaluationPeriods: 2, threshold: 42 });
  const verdict = decide(asked, points(0, 1));

  expect(verdict.do === 'be' && reasonOf(asked, verdict)).toBe(
    'Threshold Crossed: 2 datapoints [0.0 (14/07/21 23:18:00), 1.0 (14/07/21 23:17:00)] were not greater than the threshold (42.0).',
  );
});
