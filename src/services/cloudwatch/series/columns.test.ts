import { expect, it } from 'vitest';
import { packBlock, unpackBlock, type Points } from './block-codec.ts';
import { Summary } from './summary.ts';
import { tierOfId, type Tier } from './tiers.ts';

const START = 1_699_963_200;
const minutes = tierOfId(61) as Tier;

function summary(...values: (readonly [number, number])[]): Summary {
  const made = new Summary();
  for (const [value, count] of values) made.addValue(value, count);
  return made;
}

function totals(count: number, sum: number, min: number, max: number): Summary {
  const made = new Summary();
  made.addTotals({ count, sum, min, max });
  return made;
}

/** Response times as they are kept: on the grid, with totals that are those of the times. */
function latencies(minute: number): Summary {
  const made = new Summary();
  for (let n = 0; n < 600; n += 1)
    made.addValue(Math.round(20_000 * Math.exp(Math.sin(minute * 977 + n * n))) / 1e6, 1);
  made.limitValues(minutes);
  return made;
}

const at = (points: readonly Summary[], every = 60): Points =>
  new Map(points.map((point, index) => [(START + index * every) * 1000, point]));
const there = (points: Points) => unpackBlock(minutes, START, packBlock(minutes, START, points));

it.each<readonly [string, readonly Summary[]]>([
  ['one point', [summary([1, 120])]],
  ['counts', [1, 2, 300, 70_000].map((count) => summary([1, count]))],
  ['a number that stays', [5, 5, 5].map((value) => summary([value, 1]))],
  ['whole numbers of either sign', [summary([-7, 1], [0, 2], [4_000_000_000, 3]), summary([-1, 1])]],
  ['microseconds as seconds', [summary([0.012345, 3], [1.5, 1]), summary([0.000001, 1])]],
  ['any doubles', [summary([Math.PI, 3], [1e-100, 1], [2 ** 360, 1]), summary([-Math.E, 1])]],
  ['fractions of counts', [summary([5, 0.5], [6, 1.5])]],
  ['nothing but totals', [totals(7, 21.5, -1, 9), totals(1e15, 1e300, 0, 1e299), summary([1, 1])]],
  ['huge counts', [summary(...[1, 2, 4, 8, 16].map((value) => [value, 2 ** 40 + value] as const))]],
])('gives %s back as they were', (_what, points) => {
  expect(there(at(points))).toEqual(at(points));
});

it('gives back histograms, their totals and their gaps', () => {
  const points = at(Array.from({ length: 50 }, (_, minute) => latencies(minute)));
  for (const gap of [3, 4, 30]) points.delete((START + gap * 60) * 1000);
  points.set((START + 7 * 60) * 1000, summary([1, 3]));

  const found = there(points);

  expect([...found.keys()]).toEqual([...points.keys()].sort((a, b) => a - b));
  for (const [instant, { sum, ...exact }] of points) {
    expect(found.get(instant)).toMatchObject(exact);
    expect(Math.abs((found.get(instant)?.sum ?? 0) - sum)).toBeLessThan(1e-9 * sum);
  }
});

it('takes at most 2 bytes for a minute of requests, and 40 for one of response times', () => {
  const half = Array.from({ length: 720 }, (_, minute) => minute);
  const requests = packBlock(minutes, START, at(half.map((minute) => summary([1, 300 + ((minute * 7919) % 600)]))));
  const times = packBlock(minutes, START, at(half.map(latencies)));

  expect(requests.byteLength / 720).toBeLessThan(2);
  expect(times.byteLength / 720).toBeLessThan(40);
});

it('still reads what earlier versions packed', () => {
  const points = at([summary([1, 5]), latencies(1)], 300);
  const former = tierOfId(300) as Tier;

  const found = unpackBlock(former, START, packBlock(former, START, points));

  expect(found.size).toBe(2);
  expect(former).toMatchObject({ packing: 'deflated rows', span: 14_400 });
});
