/** Writes DER: one element of a tag with what stands inside. */
export function der(tag: number, ...inside: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(inside);
  if (content.length < 0x80) return Buffer.concat([Buffer.from([tag, content.length]), content]);
  const length = Buffer.from(content.length.toString(16).replace(/^(?=(..)*.$)/, '0'), 'hex');
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, content]);
}

export const sequence = (...inside: readonly Uint8Array[]): Buffer => der(0x30, ...inside);

/** @param bytes - a number above 0, the most significant byte first */
export const integer = (bytes: Uint8Array): Buffer =>
  der(0x02, (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);

export const bitString = (bytes: Uint8Array): Buffer => der(0x03, Buffer.from([0]), bytes);

/** @param dotted - such as `2.5.4.3` */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second, ...rest].flatMap((part) => base128(part));
  return der(0x06, Buffer.from(bytes));
}

function base128(part: number): number[] {
  const bytes = [part & 0x7f];
  for (let left = part >>> 7; left > 0; left >>>= 7) bytes.unshift(0x80 | (left & 0x7f));
  return bytes;
}

/** GeneralizedTime, which has whole seconds. */
export const time = (at: Date): Buffer =>
  der(0x18, Buffer.from(`${at.toISOString().replace(/\D/g, '').slice(0, 14)}Z`, 'latin1'));
