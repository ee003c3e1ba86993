import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { ByteReader, ByteWriter } from './bytes.ts';
import { atGridStep, gridStep, Summary } from './summary.ts';
import type { Points } from './block-codec.ts';
import { readCounts, writeCounts } from './count-coder.ts';
import { readNumbers, writeNumbers } from './number-column.ts';

/*
 * Blocks that are written once hold each part of all points together: times, totals, values, counts. What is alike
 * stands side by side then, and takes half the bytes of points that were compressed one after the other.
 */

/** A point without values has only totals; one on the grid has a row in the matrix; others list their values. */
const [TOTALS, GRID, LISTED] = [0, 1, 2];
/** Added to the kind when sum, minimum and maximum are those of the values. */
const DERIVED = 4;

/** A small window, and trees that follow what changes. */
const DEFLATE = { windowBits: 13, memLevel: 4, level: 9 };

interface Row {
  readonly at: number;
  readonly summary: Summary;
  readonly kind: number;
  readonly values: readonly (readonly [value: number, count: number])[];
}

/** @param unit - milliseconds that times are counted in, from `start` in epoch seconds */
export function packColumns(unit: number, start: number, points: Points): Uint8Array {
  const rows = [...points].sort(([a], [b]) => a - b).map(([at, summary]) => rowOf(at, summary));
  const counts = new ByteWriter();
  const columns = new ByteWriter();
  columns.whole(rows.length);
  const times = rows.map(({ at }) => Math.floor((at - start * 1000) / unit));
  writeTimes(columns, times);
  writeNumbers(
    columns,
    rows.map(({ kind }) => kind),
  );
  writeListed(columns, rows.filter(isOf(LISTED)));
  writeGrid(columns, counts, rows.filter(isOf(GRID)));
  writeTotals(columns, rows);
  return joined(counts.taken(), new Uint8Array(deflateRawSync(columns.taken(), DEFLATE)));
}

export function unpackColumns(unit: number, start: number, data: Uint8Array): Points {
  const packed = new ByteReader(data);
  const counts = new ByteReader(packed.bytes(packed.whole()));
  const columns = new ByteReader(inflateRawSync(packed.bytes(packed.left)));
  const length = columns.whole();
  const times = readTimes(columns, length);
  const rows = readNumbers(columns, length).map((kind) => ({ kind, summary: new Summary() }));
  readListed(columns, rows.filter(isOf(LISTED)));
  readGrid(columns, counts, rows.filter(isOf(GRID)));
  readTotals(columns, rows);
  return new Map(times.map((time, index) => [start * 1000 + time * unit, rows[index]?.summary ?? new Summary()]));
}

type Read = Pick<Row, 'kind' | 'summary'>;

const isOf =
  (wanted: number) =>
  ({ kind }: Read): boolean =>
    (kind & 3) === wanted;

const isTotalsOnly = ({ kind }: Read): boolean => kind === TOTALS;
const hasTotals = ({ kind }: Read): boolean => (kind & DERIVED) === 0;

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const head = new ByteWriter();
  head.whole(first.byteLength);
  return new Uint8Array(Buffer.concat([head.taken(), first, second]));
}

/** Totals are near to those of the values, where there are values. */
function writeTotals(out: ByteWriter, rows: readonly Row[]): void {
  const counted = rows.filter(isTotalsOnly);
  writeNumbers(
    out,
    counted.map(({ summary }) => summary.count),
  );
  const shown = rows.filter(hasTotals);
  const near = shown.map(({ values }) => totalsOf(values));
  for (const total of ['sum', 'min', 'max'] as const)
    writeNumbers(
      out,
      shown.map(({ summary }) => summary[total]),
      { near: near.map((of) => of[total]), tolerance: total === 'sum' ? 1e-12 : 0 },
    );
}

function readTotals(bytes: ByteReader, rows: readonly Read[]): void {
  const counted = rows.filter(isTotalsOnly);
  const counts = readNumbers(bytes, counted.length);
  for (const [index, { summary }] of counted.entries())
    Object.assign(summary, { count: counts[index] ?? 0, values: undefined });
  const shown = rows.filter(hasTotals);
  const near = shown.map(({ summary }) => totalsOf([...(summary.values ?? [])].sort(([a], [b]) => a - b)));
  for (const total of ['sum', 'min', 'max'] as const) {
    const all = readNumbers(
      bytes,
      shown.length,
      near.map((of) => of[total]),
    );
    for (const [index, { summary }] of shown.entries()) summary[total] = all[index] ?? 0;
  }
}

/** @param values - sorted: sums must be the same to the last bit when they are read */
function totalsOf(values: Row['values']): Pick<Summary, 'sum' | 'min' | 'max'> {
  const sum = values.reduce((total, [value, count]) => total + value * count, 0);
  return { sum, min: values[0]?.[0] ?? 0, max: values.at(-1)?.[0] ?? 0 };
}

function rowOf(at: number, summary: Summary): Row {
  if (!summary.values) return { at, summary, kind: TOTALS, values: [] };
  const values = [...summary.values].sort(([a], [b]) => a - b);
  const isOnGrid = values.length > 4 && values.every(isGridValue);
  const kind = (isOnGrid ? GRID : LISTED) + (summary.isSumOf(values) ? DERIVED : 0);
  return { at, summary, kind, values };
}

const isGridValue = ([value, count]: readonly [number, number]): boolean =>
  Number.isSafeInteger(count) && atGridStep(gridStep(value)) === value;

/** The first, and how far each is from the one before: evenly spaced points take one number. */
function writeTimes(out: ByteWriter, [first = 0, ...others]: readonly number[]): void {
  out.whole(first);
  let before = first;
  writeNumbers(
    out,
    others.map((time) => {
      const step = time - before;
      before = time;
      return step;
    }),
  );
}

function readTimes(bytes: ByteReader, length: number): readonly number[] {
  let time = bytes.whole();
  const steps = readNumbers(bytes, Math.max(0, length - 1));
  return [time, ...steps.map((step) => (time += step))].slice(0, length);
}

function writeListed(out: ByteWriter, rows: readonly Row[]): void {
  writeNumbers(
    out,
    rows.map(({ values }) => values.length),
  );
  const all = rows.flatMap(({ values }) => values);
  writeNumbers(
    out,
    all.map(([value]) => value),
  );
  writeNumbers(
    out,
    all.map(([, count]) => count),
  );
}

function readListed(bytes: ByteReader, rows: readonly Read[]): void {
  const lengths = readNumbers(bytes, rows.length);
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const [values, counts] = [readNumbers(bytes, total), readNumbers(bytes, total)];
  let next = 0;
  for (const [index, { summary }] of rows.entries())
    for (let end = next + (lengths[index] ?? 0); next < end; next += 1)
      summary.addValue(values[next] ?? 0, counts[next] ?? 0);
}

/** A matrix, all counts of one step of the grid together: they are about the same from point to point. */
function writeGrid(out: ByteWriter, counts: ByteWriter, rows: readonly Row[]): void {
  if (rows.length === 0) return;
  const bySteps = rows.map(({ values }) => new Map(values.map(([value, count]) => [gridStep(value), count])));
  const steps = [...new Set(bySteps.flatMap((held) => [...held.keys()]))].sort((a, b) => a - b);
  out.whole(steps.length);
  let before = 0;
  for (const step of steps) {
    out.signed(step - before);
    before = step;
  }
  writeCounts(
    counts,
    steps.map((step) => bySteps.map((held) => held.get(step) ?? 0)),
  );
}

function readGrid(bytes: ByteReader, counts: ByteReader, rows: readonly Read[]): void {
  if (rows.length === 0) return;
  let step = 0;
  const values = Array.from({ length: bytes.whole() }, () => atGridStep((step += bytes.signed())));
  const all = readCounts(counts, values.length, rows.length);
  for (const [at, value] of values.entries())
    for (const [index, { summary }] of rows.entries()) {
      const count = all[at]?.[index] ?? 0;
      if (count > 0) summary.addValue(value, count);
    }
}
