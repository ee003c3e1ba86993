/** One element of DER: its tag and the bytes inside. */
export interface Element {
  readonly tag: number;
  readonly content: Buffer;
}

export const TAG = { bitString: 0x03, oid: 0x06, octetString: 0x04, version: 0xa0, extensions: 0xa3 } as const;

/** The elements that stand one behind the other. @throws {RangeError} for bytes that are no DER */
export function elements(bytes: Buffer): Element[] {
  const found: Element[] = [];
  for (let at = 0; at < bytes.length;) {
    const tag = bytes.readUInt8(at);
    const { length, begin } = readLength(bytes, at + 1);
    if (begin + length > bytes.length) throw new RangeError('an element is longer than what holds it');
    found.push({ tag, content: bytes.subarray(begin, begin + length) });
    at = begin + length;
  }
  return found;
}

function readLength(bytes: Buffer, at: number): { readonly length: number; readonly begin: number } {
  const first = bytes.readUInt8(at);
  if (first < 0x80) return { length: first, begin: at + 1 };
  const size = first & 0x7f;
  return { length: bytes.readUIntBE(at + 1, size), begin: at + 1 + size };
}

/** An object identifier with dots, such as `2.5.29.15`. */
export function oid(content: Buffer): string {
  const parts: number[] = [];
  let part = 0;
  for (const byte of content) {
    part = part * 128 + (byte & 0x7f);
    if (byte >= 0x80) continue;
    parts.push(part);
    part = 0;
  }
  const [first = 0, ...rest] = parts;
  const root = Math.min(2, Math.floor(first / 40));
  return [root, first - root * 40, ...rest].join('.');
}
