import { expect, it } from 'vitest';
import { weightedTurns } from './weighted-turns.ts';

/** Different enough from each other, and the same in every run. */
const STARTS = Array.from({ length: 50 }, (_, index) => (index * 0.7548776662466927) % 1);
const canary = (start: number, greenShare = 10) =>
  weightedTurns(
    [
      { item: 'blue', weight: 100 - greenShare },
      { item: 'green', weight: greenShare },
    ],
    start,
  );

it('gives nothing when no weight is above 0, and one item when only one is', () => {
  expect(weightedTurns([{ item: 'blue', weight: 0 }])()).toBeUndefined();
  expect(weightedTurns([])()).toBeUndefined();
  expect(canary(0.5, 0)()).toBe('blue');
  expect(canary(0.5, 100)()).toBe('green');
});

it('gives a canary of ten percent one or two of any thirteen requests in a row', () => {
  for (const start of STARTS) {
    const draw = canary(start);
    const greens = Array.from({ length: 500 }, () => (draw() === 'green' ? 1 : 0) as number);
    const windows = greens
      .slice(12)
      .map((_, end) => greens.slice(end, end + 13).reduce((sum, green) => sum + green, 0));

    expect([Math.min(...windows), Math.max(...windows)]).toEqual([1, 2]);
  }
});

it.each([1, 10, 37, 50])('stays within three sigma of %i %% at every point up to 100,000 requests', (share) => {
  for (const start of STARTS.slice(0, 5)) {
    const draw = canary(start, share);
    let green = 0;
    let worst = 0;
    for (let count = 1; count <= 100_000; count++) {
      if (draw() === 'green') green += 1;
      const sigma = Math.sqrt(count * (share / 100) * (1 - share / 100));
      if (count >= 1000) worst = Math.max(worst, Math.abs(green - (count * share) / 100) / sigma);
    }

    expect(worst).toBeLessThan(3);
  }
});

it('divides every n-th request as it divides all, so that regular traffic is not sorted by the weights', () => {
  for (let every = 2; every <= 100; every++) {
    const draw = canary(0.3);
    let green = 0;
    for (let count = 0; count < every * 5000; count++) if (draw() === 'green' && count % every === 0) green += 1;

    expect(Math.abs(green - 500)).toBeLessThan(3 * Math.sqrt(5000 * 0.1 * 0.9));
  }
});

it('gives several groups their shares', () => {
  const weights = [1, 2, 0, 7];
  const draw = weightedTurns(
    weights.map((weight, item) => ({ item, weight })),
    0.1,
  );
  const counts = weights.map(() => 0);
  for (let count = 0; count < 10_000; count++) {
    const item = draw() ?? -1;
    counts[item] = (counts[item] ?? 0) + 1;
  }

  expect(counts.map((count) => Math.round(count / 100))).toEqual([10, 20, 0, 70]);
});
