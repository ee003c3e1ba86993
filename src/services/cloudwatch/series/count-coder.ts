import { BitReader, BitWriter } from './bit-coder.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';

/** A bit that is written, or read: the same steps do both. */
type Bit = (context: number, bit: number) => number;

/** Contexts: how large counts were lately, how many bits this one has, and its first bits. */
const [SIZES, LENGTHS, HEADS] = [32, 16, 8];
const LENGTH_CONTEXTS = SIZES * LENGTHS;
const HEAD_CONTEXTS = SIZES * LENGTHS * HEADS;
const CONTEXTS = LENGTH_CONTEXTS + HEAD_CONTEXTS + LENGTHS * LENGTHS * 4;
/** How many of the newest counts the mean is about. */
const LATELY = 24;

/** Four sizes to a doubling, looked up by a quarter of a mean. */
const MOST_SIZED = 1024;
const SIZE_OF = Uint8Array.from({ length: MOST_SIZED + 1 }, (_, mean) =>
  Math.min(SIZES - 1, Math.floor(4 * Math.log2(1 + mean / 4))),
);

/** Writes rows of counts; those of one row are about as large, and take little more than what differs. */
export function writeCounts(out: ByteWriter, rows: readonly (readonly number[])[]): void {
  const bits = new BitWriter(out, CONTEXTS);
  for (const row of rows) codeRow((context, bit) => bits.bit(context, bit), row.length, row);
  bits.end();
}

export function readCounts(bytes: ByteReader, rows: number, length: number): readonly (readonly number[])[] {
  const bits = new BitReader(bytes, CONTEXTS);
  return Array.from({ length: rows }, () => codeRow((context) => bits.bit(context), length, undefined));
}

function codeRow(bit: Bit, length: number, row: readonly number[] | undefined): readonly number[] {
  const counts: number[] = [];
  let mean = 0;
  for (let at = 0; at < length; at += 1) {
    const size = SIZE_OF[Math.min(MOST_SIZED, Math.floor(4 * mean))] ?? 0;
    const count = code(bit, size, row?.[at] ?? 0);
    mean += (count - mean) / Math.min(at + 1, LATELY);
    counts.push(count);
  }
  return counts;
}

/** The number of bits, and then the bits: the first three known by what came before, the others nearly noise. */
function code(bit: Bit, size: number, count: number): number {
  const length = codeLength(bit, size, lengthOf(count));
  if (length < 2) return length;
  let [value, head] = [1, 1];
  for (let place = length - 2; place >= 0; place -= 1) {
    const wanted = place < 31 ? (count >>> place) & 1 : Math.floor(count / 2 ** place) % 2;
    const context = head < HEADS ? headContext(size, length, head) : tailContext(length, place);
    const given = bit(context, wanted);
    value = value * 2 + given;
    if (head < HEADS) head = head * 2 + given;
  }
  return value;
}

function codeLength(bit: Bit, size: number, wanted: number): number {
  let length = 0;
  while (bit(size * LENGTHS + Math.min(length, LENGTHS - 1), wanted > length ? 1 : 0) === 1) length += 1;
  return length;
}

function lengthOf(count: number): number {
  if (count < 2 ** 31) return 32 - Math.clz32(count);
  let length = 0;
  for (let left = count; left >= 1; left = Math.floor(left / 2)) length += 1;
  return length;
}

const headContext = (size: number, length: number, head: number): number =>
  LENGTH_CONTEXTS + (size * LENGTHS + Math.min(length, LENGTHS - 1)) * HEADS + head;

const tailContext = (length: number, place: number): number =>
  LENGTH_CONTEXTS + HEAD_CONTEXTS + Math.min(length, LENGTHS - 1) * LENGTHS + Math.min(place, LENGTHS - 1);
