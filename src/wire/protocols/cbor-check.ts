/** Deeper than any input of AWS; the decoder recurses, and its stack is the process's. */
const DEEPEST = 64;

const [BYTES, TEXT, LIST, MAP, TAG, SIMPLE] = [2, 3, 4, 5, 6, 7];
const BREAK = 0xff;
const INDEFINITE = 31;
const WIDTHS: Readonly<Record<number, number>> = { 24: 1, 25: 2, 26: 4, 27: 8 };
/** Seconds since 1970; others would have the decoder build numbers and texts as long as a sender likes. */
const EPOCH_TAG = 1;

/**
 * Makes sure that a decoder cannot be made to take memory beyond the size of what it reads: a list of five bytes may
 * claim four thousand million items, and the SDK's decoder makes room for them at once.
 *
 * @throws {Error} saying what is wrong
 */
export function checkCbor(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Per list, map or tag that is open: how many items are still to come, Infinity until a break.
  const open = [1];
  let at = 0;
  while (open.length > 0) {
    const left = open.pop() ?? 0;
    if (left === 0) continue;
    if (at >= bytes.byteLength) throw new Error('it ends too early');
    if (left === Infinity && bytes[at] === BREAK) {
      at += 1;
      continue;
    }
    open.push(left - 1);
    const head = headAt(view, at);
    const inside = itemsIn(head);
    at = head.next + bytesIn(head);
    if (inside !== Infinity && inside > bytes.byteLength - at) throw new Error('it ends too early');
    if (inside > 0) open.push(inside);
    if (open.length > DEEPEST) throw new Error(`it is nested deeper than ${DEEPEST}`);
  }
  if (at !== bytes.byteLength) throw new Error('something follows its end, or it ends too early');
}

function itemsIn({ major, count }: Head): number {
  if (major === LIST) return count;
  if (major === MAP) return count * 2;
  if (major === TAG && count !== EPOCH_TAG) throw new Error(`tag ${count} means nothing here`);
  return major === TAG || count === Infinity ? count : 0;
}

const bytesIn = ({ major, count }: Head): number =>
  (major === BYTES || major === TEXT) && count !== Infinity ? count : 0;

interface Head {
  readonly major: number;
  /** A length or a tag; Infinity when it is left open. */
  readonly count: number;
  readonly next: number;
}

function headAt(view: DataView, at: number): Head {
  const first = view.getUint8(at);
  const [major, minor] = [first >> 5, first & 31];
  if (minor < 24) return { major, count: minor, next: at + 1 };
  if (minor === INDEFINITE && major !== TAG && major !== SIMPLE && major > 1)
    return { major, count: Infinity, next: at + 1 };
  const width = WIDTHS[minor];
  if (width === undefined) throw new Error(`byte ${at} begins nothing`);
  if (at + 1 + width > view.byteLength) throw new Error('it ends too early');
  return { major, count: unsigned(view, at + 1, width), next: at + 1 + width };
}

function unsigned(view: DataView, at: number, width: number): number {
  if (width === 1) return view.getUint8(at);
  if (width === 2) return view.getUint16(at);
  return width === 4 ? view.getUint32(at) : Number(view.getBigUint64(at));
}
