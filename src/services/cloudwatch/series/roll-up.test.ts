import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Clock } from '../../../kernel/clock.ts';
import { silentLogger } from '../../../kernel/logger.ts';
import { openStore } from '../../../store/open-store.ts';
import type { Store } from '../../../store/store.ts';
import { Ingest } from './ingest.ts';
import { rollUp } from './roll-up.ts';
import { seriesReader, type SeriesReader } from './series-reader.ts';
import { ALL_TIERS } from './tiers.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 0, 1);
const here = { account: '000000000000', region: 'eu-west-1' };
const metric = { namespace: 'n', name: 'm', dimensions: {} };

let now: number;
let store: Store;
let ingest: Ingest;
let reader: SeriesReader;
const clock: Clock = { timeScale: 1, now: () => new Date(now), scaled: (span) => span, sleep: async () => undefined };

beforeEach(async () => {
  now = START;
  store = await openStore(':memory:');
  ingest = new Ingest(store, clock, silentLogger());
  reader = seriesReader(store, ingest);
});
afterEach(() => store.close());

const add = (at: number, value: number, name = 'm') =>
  ingest.add(here, 'n', { name, dimensions: '[]', unit: 'Count', at, resolution: 1 }, (summary) =>
    summary.addValue(value, 1),
  );

/** One value a second for six hours: 1, 2, 3, … of each minute. */
async function sixHours(): Promise<void> {
  for (let hour = 0; hour < 6; hour += 1) {
    now = START + (hour + 1) * HOUR;
    for (let second = 0; second < 3600; second += 10) add(START + hour * HOUR + second * 1000, (second % 60) + 1);
    await ingest.flush();
  }
}

/** How many blocks each tier has. */
async function tiers(): Promise<Record<number, number>> {
  const counts: Record<number, number> = {};
  for (const { id: tier } of ALL_TIERS) {
    const series = (await store.metricSeries.aged(tier, Number.MAX_SAFE_INTEGER, 1)).map((found) => found.series);
    const blocks = await store.metricSeries.ranges(
      [...new Set(series)],
      [{ tier, from: 0, to: Number.MAX_SAFE_INTEGER }],
    );
    if (blocks.length > 0) counts[tier] = blocks.length;
  }
  return counts;
}

const read = (stat: string, period: number, from = START, to = START + 6 * HOUR) =>
  reader.read(here, { ...metric, stat }, { from, to, period });

it('counts every datum once, wherever it has got to', async () => {
  await sixHours();

  for (const age of [0, 1, 3, 4, 24, 16 * 24, 70 * 24]) {
    now = START + 6 * HOUR + age * HOUR;
    await rollUp({ store, ingest }, now);
    for (const [stat, expected] of [
      ['SampleCount', 2160],
      ['Sum', (1 + 11 + 21 + 31 + 41 + 51) * 360],
      ['Minimum', 1],
      ['Maximum', 51],
      ['p50', 21],
    ] as const)
      expect((await read(stat, 6 * HOUR)).map(({ value }) => value)).toEqual([expected]);
  }
});

it('keeps seconds for three hours, minutes for 15 days, five minutes for 63 days and hours for 455', async () => {
  await sixHours();
  const periods = async () => {
    await rollUp({ store, ingest }, now);
    const lengths = await Promise.all([10_000, 60_000, 300_000, HOUR].map((period) => read('Sum', period)));
    return lengths.map((points) => points.length);
  };

  now = START + 6 * HOUR;
  expect(await periods()).toEqual([3 * 360, 360, 72, 6]);
  now = START + 10 * HOUR;
  expect(await periods()).toEqual([0, 360, 72, 6]);
  now = START + 18 * DAY;
  expect(await periods()).toEqual([0, 0, 72, 6]);
  now = START + 80 * DAY;
  expect(await periods()).toEqual([0, 0, 0, 6]);
  now = START + 472 * DAY;
  expect(await periods()).toEqual([0, 0, 0, 0]);
  expect(await tiers()).toEqual({});
  expect(await store.metricSeries.count()).toBe(0);
});

it('takes data that comes late where data of its age is, and data of a series that was let go', async () => {
  add(START, 1);
  await ingest.flush();
  now = START + 472 * DAY;
  await rollUp({ store, ingest }, now);

  add(now - 13 * DAY, 5);
  await ingest.flush();
  await ingest.fold();

  expect(await tiers()).toEqual({ 61: 1 });
  const from = now - 13 * DAY;
  expect((await read('Sum', 60_000, from, from + HOUR)).map(({ value }) => value)).toEqual([5]);
});

it('gives up detail before history when blocks take more than they may', async () => {
  await sixHours();
  const before = await store.metricSeries.bytes();

  await rollUp({ store, ingest, mostBytes: before / 4 }, now);

  expect(await store.metricSeries.bytes()).toBeLessThanOrEqual(before / 4);
  expect((await read('Sum', HOUR)).map(({ value }) => value)).toEqual(Array.from({ length: 6 }, () => 156 * 60));
  expect((await read('Sum', 10_000)).length).toBeLessThan(3 * 360);
});

it('stores what is added while it writes, and one write for all who wait', async () => {
  let writes = 0;
  const counting: Store = { ...store, transaction: (work) => ((writes += 1), store.transaction(work)) };
  ingest = new Ingest(counting, clock, silentLogger());

  const waits = Array.from({ length: 100 }, (_, n) => {
    add(START, n);
    return ingest.flush();
  });
  await Promise.all(waits);

  expect(writes).toBeLessThanOrEqual(2);
  expect((await read('SampleCount', 60_000)).map(({ value }) => value)).toEqual([100]);
});

it('tells those who wait when a write fails, and goes on with the next', async () => {
  let fails = true;
  const failing: Store = {
    ...store,
    transaction: (work) => (fails ? Promise.reject(new Error('disk full')) : store.transaction(work)),
  };
  ingest = new Ingest(failing, clock, silentLogger());
  add(START, 1);
  await expect(ingest.flush()).rejects.toThrow('disk full');

  fails = false;
  add(START, 2);
  await ingest.flush();

  expect((await read('Sum', 60_000)).map(({ value }) => value)).toEqual([2]);
});

it('keeps buckets as much smaller as time is scaled', async () => {
  ingest = new Ingest(store, { ...clock, timeScale: 60 }, silentLogger());
  const incoming = { name: 'm', dimensions: '[]', unit: 'Count', resolution: 60 };
  for (const at of [START, START + 900, START + 1000, START + 2500])
    ingest.add(here, 'n', { ...incoming, at }, (summary) => summary.addValue(1, 1));
  await ingest.flush();

  expect((await read('Sum', 1000, START, START + 4000)).map(({ at, value }) => [at - START, value])).toEqual([
    [0, 2],
    [1000, 1],
    [2000, 1],
  ]);
});

it('takes up after a crash what was only in the journal, and counts it once when it is in blocks', async () => {
  for (const value of [1, 2, 3]) {
    add(START + value * 1000, value);
    await ingest.flush();
  }
  expect(await tiers()).toEqual({});

  for (let restart = 0; restart < 3; restart += 1) {
    ingest = new Ingest(store, clock, silentLogger());
    reader = seriesReader(store, ingest);
    expect((await read('Sum', 60_000)).map(({ value }) => value)).toEqual([6]);
    expect((await read('p50', 60_000)).map(({ value }) => value)).toEqual([2]);
    if (restart === 1) await ingest.fold();
  }

  expect(await tiers()).toEqual({ 1: 1 });
  expect(await store.metricSeries.journal()).toEqual([]);
});

it('reads the same while the journal is folded into blocks', async () => {
  for (let second = 0; second < 600; second += 1) add(START + second * 1000, 1);
  await ingest.flush();

  const reads: Promise<unknown>[] = [];
  for (let turn = 0; turn < 20; turn += 1) {
    reads.push(read('Sum', HOUR).then((points) => points.map(({ value }) => value)));
    if (turn % 4 === 1) void ingest.fold();
    if (turn % 4 === 3) reads.push(rollUp({ store, ingest }, START + 5 * HOUR).then(() => [600]));
    await Promise.resolve();
  }

  expect(await Promise.all(reads)).toEqual(reads.map(() => [600]));
});

it('keeps what could not be folded, and folds it the next time', async () => {
  let fails = false;
  const failing: Store = {
    ...store,
    transaction: (work) => (fails ? Promise.reject(new Error('disk full')) : store.transaction(work)),
  };
  ingest = new Ingest(failing, clock, silentLogger());
  reader = seriesReader(failing, ingest);
  add(START, 7);
  await ingest.flush();

  fails = true;
  await ingest.fold();
  expect((await read('Sum', 60_000)).map(({ value }) => value)).toEqual([7]);
  fails = false;
  await ingest.fold();

  expect(await store.metricSeries.journal()).toEqual([]);
  expect((await read('Sum', 60_000)).map(({ value }) => value)).toEqual([7]);
});
