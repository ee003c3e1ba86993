/** Numbers written one after the other, small ones in few bytes. */
export class ByteWriter {
  #buffer = Buffer.allocUnsafe(256);
  #length = 0;

  byte(value: number): void {
    this.#room(1);
    this.#length = this.#buffer.writeUInt8(value, this.#length);
  }

  /** A whole number from 0 to 2^53 - 1, seven bits to a byte. */
  whole(value: number): void {
    this.#room(8);
    if (value < 128) {
      this.#buffer[this.#length] = value;
      this.#length += 1;
      return;
    }
    let left = value;
    while (left >= 128) {
      this.#length = this.#buffer.writeUInt8((left % 128) + 128, this.#length);
      left = Math.floor(left / 128);
    }
    this.#length = this.#buffer.writeUInt8(left, this.#length);
  }

  /** A whole number of either sign, below 2^52 in size. */
  signed(value: number): void {
    this.whole(value >= 0 ? value * 2 : -value * 2 - 1);
  }

  double(value: number): void {
    this.#room(8);
    this.#length = this.#buffer.writeDoubleLE(value, this.#length);
  }

  taken(): Uint8Array {
    return new Uint8Array(this.#buffer.subarray(0, this.#length));
  }

  #room(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.byteLength) return;
    const larger = Buffer.allocUnsafe(this.#buffer.byteLength * 2);
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}

/** Reads what {@link ByteWriter} wrote. */
export class ByteReader {
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#view.byteLength;
  }

  /** How many bytes are left. */
  get left(): number {
    return this.#view.byteLength - this.#at;
  }

  bytes(length: number): Uint8Array {
    const taken = new Uint8Array(this.#view.buffer, this.#view.byteOffset + this.#at, length);
    this.#at += length;
    return taken;
  }

  byte(): number {
    const value = this.#view.getUint8(this.#at);
    this.#at += 1;
    return value;
  }

  whole(): number {
    let [value, weight] = [0, 1];
    for (;;) {
      const byte = this.byte();
      value += (byte & 127) * weight;
      if (byte < 128) return value;
      weight *= 128;
    }
  }

  signed(): number {
    const value = this.whole();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  double(): number {
    const value = this.#view.getFloat64(this.#at, true);
    this.#at += 8;
    return value;
  }
}
