const [UNSIGNED, NEGATIVE, BYTES, TEXT, LIST, MAP] = [0, 1, 2, 3, 4, 5];
const [FALSE, TRUE, FLOAT_64, EPOCH_SECONDS] = [0xf4, 0xf5, 0xfb, 0xc1];

/** CBOR as it is being written, in a buffer that doubles when it is full. */
export class CborBytes {
  #buffer = Buffer.allocUnsafe(1024);
  #length = 0;

  mapOf(entries: number): void {
    this.#head(MAP, entries);
  }

  listOf(items: number): void {
    this.#head(LIST, items);
  }

  text(text: string): void {
    const length = Buffer.byteLength(text, 'utf8');
    this.#head(TEXT, length);
    this.#room(length);
    this.#length += this.#buffer.write(text, this.#length, 'utf8');
  }

  bytes(bytes: Uint8Array): void {
    this.#head(BYTES, bytes.byteLength);
    this.#room(bytes.byteLength);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.byteLength;
  }

  boolean(value: boolean): void {
    this.#byte(value ? TRUE : FALSE);
  }

  integer(value: number): void {
    if (!Number.isSafeInteger(value)) return this.double(value);
    if (value >= 0) this.#head(UNSIGNED, value);
    else this.#head(NEGATIVE, -1 - value);
  }

  double(value: number): void {
    this.#byte(FLOAT_64);
    this.#room(8);
    this.#length = this.#buffer.writeDoubleBE(value, this.#length);
  }

  instant(at: Date): void {
    this.#byte(EPOCH_SECONDS);
    this.double(at.getTime() / 1000);
  }

  /** What was written. */
  taken(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  #head(major: number, count: number): void {
    const type = major << 5;
    if (count < 24) return this.#byte(type | count);
    if (count < 256) {
      this.#byte(type | 24);
      return this.#byte(count);
    }
    if (count < 65_536) {
      this.#byte(type | 25);
      this.#room(2);
      this.#length = this.#buffer.writeUInt16BE(count, this.#length);
      return;
    }
    this.#long(type, count);
  }

  #long(type: number, count: number): void {
    const isShort = count < 2 ** 32;
    this.#byte(type | (isShort ? 26 : 27));
    this.#room(8);
    this.#length = isShort
      ? this.#buffer.writeUInt32BE(count, this.#length)
      : this.#buffer.writeBigUInt64BE(BigInt(count), this.#length);
  }

  #byte(value: number): void {
    this.#room(1);
    this.#buffer[this.#length] = value;
    this.#length += 1;
  }

  #room(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.byteLength) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.byteLength * 2, this.#length + bytes));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}
