import type { ByteReader, ByteWriter } from './bytes.ts';

/** Numbers that are wholes of some unit are written as those, others as doubles; either way byte by byte of all together. */
const UNITS = [1, 1e3, 1e6, 1e9];
const DOUBLES = UNITS.length;
/** One number stands for all. */
const CONSTANT = DOUBLES + 1;
const LARGEST_WHOLE = 2 ** 50;

interface ColumnOptions {
  /** By how much of itself a number may change; by default not at all. */
  readonly tolerance?: number;
  /** Numbers that these are near to, one for each, which the reader has too. */
  readonly near?: readonly number[];
}

/** Writes numbers in the coarsest unit that gives all of them back. */
export function writeNumbers(out: ByteWriter, numbers: readonly number[], options: ColumnOptions = {}): void {
  const { tolerance = 0, near } = options;
  const [first] = numbers;
  if (first === undefined) return;
  if (numbers.every((number) => Object.is(number, first))) {
    out.byte(CONSTANT);
    return out.double(first);
  }
  const form = UNITS.findIndex((unit) => numbers.every((number) => isWholeOf(unit, number, tolerance)));
  const unit = UNITS[form];
  out.byte(unit === undefined ? DOUBLES : form);
  if (unit === undefined) return writeDoubles(out, numbers);
  const wholes = numbers.map((number, index) => folded(Math.round(number * unit) - wholeNear(near?.[index], unit)));
  const planes = wholes.reduce((most, whole) => Math.max(most, bytesOf(whole)), 1);
  out.byte(planes);
  for (let plane = planes - 1; plane >= 0; plane -= 1)
    for (const whole of wholes) out.byte(Math.floor(whole / 256 ** plane) % 256);
}

export function readNumbers(bytes: ByteReader, length: number, near?: readonly number[]): readonly number[] {
  if (length === 0) return [];
  const form = bytes.byte();
  if (form === CONSTANT) return new Array<number>(length).fill(bytes.double());
  const unit = UNITS[form];
  if (unit === undefined) return readDoubles(bytes, length);
  const wholes = new Float64Array(length);
  for (let plane = bytes.byte(); plane > 0; plane -= 1)
    for (let at = 0; at < length; at += 1) wholes[at] = (wholes[at] ?? 0) * 256 + bytes.byte();
  return Array.from(wholes, (whole, index) => (unfolded(whole) + wholeNear(near?.[index], unit)) / unit);
}

const wholeNear = (near: number | undefined, unit: number): number => {
  const whole = Math.round((near ?? 0) * unit);
  return Math.abs(whole) < LARGEST_WHOLE ? whole : 0;
};

function isWholeOf(unit: number, number: number, tolerance: number): boolean {
  const whole = Math.round(number * unit);
  if (Math.abs(whole) >= LARGEST_WHOLE || Object.is(number, -0)) return false;
  return tolerance === 0 ? whole / unit === number : Math.abs(whole / unit - number) <= Math.abs(number) * tolerance;
}

/** Numbers of either sign as numbers of none, those near zero small. */
const folded = (whole: number): number => (whole >= 0 ? whole * 2 : -whole * 2 - 1);
const unfolded = (whole: number): number => (whole % 2 === 0 ? whole / 2 : -(whole + 1) / 2);

const bytesOf = (whole: number): number => {
  let bytes = 1;
  while (whole >= 256 ** bytes) bytes += 1;
  return bytes;
};

/** Signs and exponents are alike and stand together so; the last bits are noise. */
function writeDoubles(out: ByteWriter, numbers: readonly number[]): void {
  const bytes = new Uint8Array(Float64Array.from(numbers).buffer);
  for (let plane = 7; plane >= 0; plane -= 1) for (let at = plane; at < bytes.length; at += 8) out.byte(bytes[at] ?? 0);
}

function readDoubles(bytes: ByteReader, length: number): readonly number[] {
  const read = new Uint8Array(length * 8);
  for (let plane = 7; plane >= 0; plane -= 1) for (let at = plane; at < read.length; at += 8) read[at] = bytes.byte();
  return [...new Float64Array(read.buffer)];
}
