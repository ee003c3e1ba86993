import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { ByteReader, ByteWriter } from './bytes.ts';
import { packColumns, unpackColumns } from './columns.ts';
import { atGridStep, gridStep, Summary } from './summary.ts';
import type { Tier } from './tiers.ts';

/** Points of a block, by the epoch milliseconds at which each starts. */
export type Points = Map<number, Summary>;

/** How the values of a point are written: as whole numbers of some form, which are small, or as doubles. */
const FORMS: readonly Form[] = [
  { of: (value) => Math.round(value), from: (whole) => whole },
  { of: (value) => Math.round(value * 1e3), from: (whole) => whole / 1e3 },
  { of: (value) => Math.round(value * 1e6), from: (whole) => whole / 1e6 },
  { of: (value) => gridStep(value), from: atGridStep },
];
const DOUBLES = FORMS.length;
const NO_VALUES = DOUBLES + 1;
/** Added to the form when sum, minimum and maximum cannot be had from the values. */
const WITH_TOTALS = 16;
const LARGEST_WHOLE = 2 ** 51;

interface Form {
  readonly of: (value: number) => number;
  readonly from: (whole: number) => number;
}

/** Costs 20 KiB while it works, where zlib's usual window costs 256; blocks are shorter than either. */
const DEFLATE = { windowBits: 13, memLevel: 5 };

/** Packs the points of one block; a count of requests takes 6 bytes, and 10 response times 40 to 90, uncompressed. */
export function packBlock(tier: Tier, start: number, points: Points): Uint8Array {
  if (tier.packing === 'columns') return packColumns(tier.unit, start, points);
  const out = new ByteWriter();
  writePoints(out, tier, start, points);
  return tier.packing === 'deflated rows' ? new Uint8Array(deflateRawSync(out.taken(), DEFLATE)) : out.taken();
}

export function unpackBlock(tier: Tier, start: number, data: Uint8Array): Points {
  if (tier.packing === 'columns') return unpackColumns(tier.unit, start, data);
  const bytes = new ByteReader(tier.packing === 'deflated rows' ? inflateRawSync(data) : data);
  return readPoints(bytes, tier, start, Infinity);
}

/** Writes points one after the other, by their distance in time. */
export function writePoints(out: ByteWriter, { unit }: Tier, start: number, points: Points): void {
  let before = 0;
  for (const [at, summary] of inOrder(points)) {
    const offset = Math.floor((at - start * 1000) / unit);
    out.whole(offset - before);
    before = offset;
    packPoint(out, summary);
  }
}

/** @param atMost - so many; Infinity reads to the end */
export function readPoints(bytes: ByteReader, { unit }: Tier, start: number, atMost: number): Points {
  const points: Points = new Map();
  let offset = 0;
  while (points.size < atMost && !bytes.isAtEnd) {
    offset += bytes.whole();
    points.set(start * 1000 + offset * unit, unpackPoint(bytes));
  }
  return points;
}

const inOrder = (points: Points): readonly (readonly [number, Summary])[] =>
  points.size < 2 ? [...points] : [...points].sort(([a], [b]) => a - b);

function packPoint(out: ByteWriter, summary: Summary): void {
  const values = summary.values && sortedValues(summary.values);
  if (!values) {
    out.byte(NO_VALUES);
    out.double(summary.count);
    return packTotals(out, summary);
  }
  const wholes = wholesOf(values);
  const withTotals = !summary.isSumOf(values);
  out.byte((wholes?.form ?? DOUBLES) + (withTotals ? WITH_TOTALS : 0));
  if (withTotals) packTotals(out, summary);
  out.whole(values.length);
  if (wholes) packWholes(out, wholes.all, values);
  else for (const number of values.flat()) out.double(number);
}

const sortedValues = (values: ReadonlyMap<number, number>): Values =>
  values.size < 2 ? [...values] : [...values].sort(([a], [b]) => a - b);

type Values = readonly (readonly [value: number, count: number])[];

function packWholes(out: ByteWriter, wholes: readonly number[], values: Values): void {
  let before = 0;
  for (const [index, whole] of wholes.entries()) {
    out.signed(whole - before);
    before = whole;
    out.whole(values[index]?.[1] ?? 0);
  }
}

function unpackPoint(bytes: ByteReader): Summary {
  const [head, summary] = [bytes.byte(), new Summary()];
  if (head === NO_VALUES) {
    summary.count = bytes.double();
    unpackTotals(bytes, summary);
    summary.values = undefined;
    return summary;
  }
  const totals = head >= WITH_TOTALS ? new Summary() : undefined;
  if (totals) unpackTotals(bytes, totals);
  const whole = FORMS[head % WITH_TOTALS];
  const length = bytes.whole();
  let before = 0;
  for (let index = 0; index < length; index += 1) {
    if (whole) before += bytes.signed();
    const value = whole ? whole.from(before) : bytes.double();
    summary.addValue(value, whole ? bytes.whole() : bytes.double());
  }
  if (totals) Object.assign(summary, { sum: totals.sum, min: totals.min, max: totals.max });
  return summary;
}

function packTotals(out: ByteWriter, { sum, min, max }: Summary): void {
  for (const total of [sum, min, max]) out.double(total);
}

function unpackTotals(bytes: ByteReader, summary: Summary): void {
  summary.sum = bytes.double();
  summary.min = bytes.double();
  summary.max = bytes.double();
}

/** The values as whole numbers, in the first form that gives every one of them back exactly. */
function wholesOf(values: Values): { readonly form: number; readonly all: readonly number[] } | undefined {
  if (!values.every(([, count]) => Number.isSafeInteger(count))) return undefined;
  for (const [form, { of, from }] of FORMS.entries()) {
    const all: number[] = [];
    for (const [value] of values) {
      const whole = of(value);
      if (Math.abs(whole) >= LARGEST_WHOLE || from(whole) !== value) break;
      all.push(whole);
    }
    if (all.length === values.length) return { form, all };
  }
  return undefined;
}
