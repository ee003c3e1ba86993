import { expect, it } from 'vitest';
import { packBlock, unpackBlock, type Points } from './block-codec.ts';
import { Summary } from './summary.ts';
import { TIERS } from './tiers.ts';

const [finest, minutes] = TIERS;
const START = 1_699_999_980;

function summary(...values: (readonly [number, number])[]): Summary {
  const made = new Summary();
  for (const [value, count] of values) made.addValue(value, count);
  return made;
}

const totalsOnly = (): Summary => {
  const made = new Summary();
  made.addTotals({ count: 7, sum: 21.5, min: -1, max: 9 });
  return made;
};

const there = (points: Points) => unpackBlock(finest, START, packBlock(finest, START, points));

it.each([
  ['counts', summary([1, 120])],
  ['whole numbers of either sign', summary([-7, 1], [0, 2], [4_000_000_000, 3])],
  ['milliseconds as seconds', summary([0.012, 3], [0.013, 1])],
  ['microseconds as seconds', summary([0.012345, 3], [1.5, 1])],
  ['any doubles', summary([Math.PI, 3], [1e-100, 1], [2 ** 360, 1])],
  ['fractions of counts', summary([5, 0.5], [6, 1.5])],
  ['nothing but totals', totalsOnly()],
])('gives %s back as they were', (_what, point) => {
  expect(there(new Map([[START * 1000, point]]))).toEqual(new Map([[START * 1000, point]]));
});

it('keeps points at their times, in whatever order they came', () => {
  const points: Points = new Map([
    [START * 1000 + 59_990, summary([1, 1])],
    [START * 1000 + 10, summary([2, 1])],
    [START * 1000, summary([3, 1])],
  ]);

  expect([...there(points).keys()]).toEqual([START * 1000, START * 1000 + 10, START * 1000 + 59_990]);
});

it('keeps totals exact and values within 4.4 % when there are too many values to keep', () => {
  const point = new Summary();
  for (let n = 1; n <= 1000; n += 1) point.addValue(n * 0.001, 1);
  point.limitValues(minutes);

  const [found] = unpackBlock(minutes, START, packBlock(minutes, START, new Map([[START * 1000, point]]))).values();

  expect(found).toMatchObject({ count: 1000, sum: point.sum, min: 0.001, max: 1 });
  const values = [...(found?.values ?? [])].sort(([a], [b]) => a - b);
  expect(values.length).toBeLessThan(85);
  let rank = 0;
  for (const [value, count] of values) {
    rank += count;
    // The highest of those that were moved here is no farther away than half a step.
    expect(value).toBeGreaterThan(rank * 0.001 * 0.956);
    expect(value).toBeLessThan((rank - count + 1) * 0.001 * 1.046);
  }
  expect(rank).toBe(1000);
});

it('takes at most 3 bytes for a minute of requests', () => {
  const points: Points = new Map(
    Array.from({ length: 60 }, (_, n) => [START * 1000 + n * 60_000, summary([1, 5000 + n])]),
  );

  expect(packBlock(minutes, START, points).byteLength / 60).toBeLessThanOrEqual(3);
});
