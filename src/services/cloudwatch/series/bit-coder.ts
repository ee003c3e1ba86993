import type { ByteReader, ByteWriter } from './bytes.ts';

/*
 * Arithmetic coding of bits, each with the chance that was learned for its context so far: writer and reader learn the
 * same. Numbers are kept to 32 bits, for a day of a metric is a million bits.
 *
 * Source: M. Mahoney, "Data Compression Explained", 3.2, after lpaq.
 */

const CERTAIN = 65_536;
/** How much of the past a chance remembers. */
const MOST_SEEN = 250;
const RATES = Float64Array.from({ length: MOST_SEEN + 1 }, (_, seen) => 1 / (seen + 1.6));

/** The chances of ones, by context. */
class Chances {
  readonly #ones: Uint16Array;
  readonly #seen: Uint8Array;

  constructor(contexts: number) {
    this.#ones = new Uint16Array(contexts).fill(CERTAIN / 2);
    this.#seen = new Uint8Array(contexts);
  }

  /** The place within [low, high] that parts ones from zeros. */
  split(context: number, low: number, high: number): number {
    const range = high - low;
    const chance = this.#ones[context] ?? 0;
    return low + (range >>> 16) * chance + (((range & 65_535) * chance) >>> 16);
  }

  learn(context: number, bit: number): void {
    const before = this.#ones[context] ?? 0;
    const seen = this.#seen[context] ?? 0;
    const after = before + ((bit === 1 ? CERTAIN - 1 : 0) - before) * (RATES[seen] ?? 0);
    this.#ones[context] = after < 32 ? 32 : after > CERTAIN - 32 ? CERTAIN - 32 : after;
    if (seen < MOST_SEEN) this.#seen[context] = seen + 1;
  }
}

const WHOLE = 2 ** 32;
/** Whether the first eight bits are settled. */
const isSettled = (low: number, high: number): boolean => (low ^ high) >>> 24 === 0;

export class BitWriter {
  readonly #out: ByteWriter;
  readonly #chances: Chances;
  #low = 0;
  #high = WHOLE - 1;

  constructor(out: ByteWriter, contexts: number) {
    this.#out = out;
    this.#chances = new Chances(contexts);
  }

  bit(context: number, bit: number): number {
    const middle = this.#chances.split(context, this.#low, this.#high);
    if (bit === 1) this.#high = middle;
    else this.#low = middle + 1;
    this.#chances.learn(context, bit);
    while (isSettled(this.#low, this.#high)) {
      this.#out.byte(this.#high >>> 24);
      this.#low = (this.#low << 8) >>> 0;
      this.#high = ((this.#high << 8) | 255) >>> 0;
    }
    return bit;
  }

  end(): void {
    for (let shift = 24; shift >= 0; shift -= 8) this.#out.byte((this.#low >>> shift) & 255);
  }
}

export class BitReader {
  readonly #bytes: ByteReader;
  readonly #chances: Chances;
  #low = 0;
  #high = WHOLE - 1;
  #held = 0;

  constructor(bytes: ByteReader, contexts: number) {
    this.#bytes = bytes;
    this.#chances = new Chances(contexts);
    for (let n = 0; n < 4; n += 1) this.#held = ((this.#held << 8) | bytes.byte()) >>> 0;
  }

  bit(context: number): number {
    const middle = this.#chances.split(context, this.#low, this.#high);
    const bit = this.#held <= middle ? 1 : 0;
    if (bit === 1) this.#high = middle;
    else this.#low = middle + 1;
    this.#chances.learn(context, bit);
    while (isSettled(this.#low, this.#high)) {
      this.#low = (this.#low << 8) >>> 0;
      this.#high = ((this.#high << 8) | 255) >>> 0;
      this.#held = ((this.#held << 8) | this.#bytes.byte()) >>> 0;
    }
    return bit;
  }
}
