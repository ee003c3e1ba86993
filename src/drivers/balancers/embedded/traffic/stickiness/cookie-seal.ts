import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const CIPHER = 'aes-256-gcm';
const NONCE = 12;
const TAG = 16;

/** What a cookie says, and when it was issued: epoch milliseconds. */
export interface Sealed {
  readonly issuedAt: number;
  readonly parts: readonly string[];
}

/** Makes cookie values that only the holder of the key can read or make. */
export class CookieSeal {
  readonly #key: Buffer;

  /** @param key - 32 bytes */
  constructor(key: Buffer) {
    this.#key = key;
  }

  /** @param purpose - a value sealed for one purpose does not open for another */
  seal(purpose: string, { issuedAt, parts }: Sealed): string {
    const nonce = randomBytes(NONCE);
    const cipher = createCipheriv(CIPHER, this.#key, nonce).setAAD(Buffer.from(purpose));
    const text = cipher.update(JSON.stringify([issuedAt, ...parts]));
    return Buffer.concat([nonce, text, cipher.final(), cipher.getAuthTag()]).toString('base64url');
  }

  /** @returns undefined for a value that was not sealed for the purpose with this key */
  open(purpose: string, value: string): Sealed | undefined {
    const bytes = Buffer.from(value, 'base64url');
    // Decoding is lenient: a second spelling of the same bytes is not what was issued.
    if (bytes.length <= NONCE + TAG || bytes.toString('base64url') !== value) return undefined;
    const decipher = createDecipheriv(CIPHER, this.#key, bytes.subarray(0, NONCE), { authTagLength: TAG });
    decipher.setAAD(Buffer.from(purpose)).setAuthTag(bytes.subarray(-TAG));
    try {
      const text = Buffer.concat([decipher.update(bytes.subarray(NONCE, -TAG)), decipher.final()]).toString();
      const [issuedAt, ...parts] = JSON.parse(text) as [number, ...string[]];
      return { issuedAt, parts };
    } catch {
      return undefined;
    }
  }
}
