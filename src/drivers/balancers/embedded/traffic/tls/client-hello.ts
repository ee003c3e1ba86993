/** What the first bytes of a TLS connection say of the name it is for. */
export type ClientHello =
  | { readonly state: 'partial' }
  /** Lower case; empty where the client names none. */
  | { readonly state: 'whole'; readonly serverName: string }
  | { readonly state: 'invalid' };

const HANDSHAKE_RECORD = 22;
const CLIENT_HELLO = 1;
const SERVER_NAME = 0;
const RECORD_HEADER = 5;
const HANDSHAKE_HEADER = 4;
/** Post-quantum key shares make it 2 KB; nothing makes it more than this. */
const LONGEST_HELLO = 32 * 1024;

const PARTIAL: ClientHello = { state: 'partial' };
const INVALID: ClientHello = { state: 'invalid' };

/**
 * Reads the name (SNI) that a client asks for, before anything is answered: OpenSSL settles the TLS version before it
 * tells the name, and the version is the listener's to say.
 *
 * Source: RFC 8446 4.1.2 and 5.1, RFC 6066 3.
 */
export function readClientHello(bytes: Buffer): ClientHello {
  const message = handshakeIn(bytes);
  if (message === undefined) return INVALID;
  if (message.length > 0 && message[0] !== CLIENT_HELLO) return INVALID;
  if (message.length < HANDSHAKE_HEADER) return PARTIAL;
  const length = message.readUIntBE(1, 3);
  if (length > LONGEST_HELLO) return INVALID;
  if (message.length < HANDSHAKE_HEADER + length) return PARTIAL;
  const serverName = serverNameIn(new Fields(message.subarray(HANDSHAKE_HEADER, HANDSHAKE_HEADER + length)));
  return serverName === undefined ? INVALID : { state: 'whole', serverName };
}

/** The handshake bytes of all records so far; undefined where a record is of another kind. */
function handshakeIn(bytes: Buffer): Buffer | undefined {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    if (bytes[at] !== HANDSHAKE_RECORD) return undefined;
    if (bytes.length < at + RECORD_HEADER) break;
    const end = at + RECORD_HEADER + bytes.readUInt16BE(at + 3);
    parts.push(bytes.subarray(at + RECORD_HEADER, end));
    at = end;
  }
  return Buffer.concat(parts);
}

function serverNameIn(hello: Fields): string | undefined {
  hello.skip(2 + 32); // version, random
  hello.vector(1); // session id
  hello.vector(2); // cipher suites
  hello.vector(1); // compression methods
  if (hello.atEnd) return hello.broken ? undefined : '';
  const extensions = new Fields(hello.vector(2));
  while (!extensions.atEnd) {
    const type = extensions.number(2);
    const content = extensions.vector(2);
    if (type === SERVER_NAME) return nameIn(new Fields(content));
  }
  return hello.broken || extensions.broken ? undefined : '';
}

function nameIn(extension: Fields): string | undefined {
  const names = new Fields(extension.vector(2));
  if (names.number(1) !== 0) return undefined;
  const name = names.vector(2).toString('latin1').toLowerCase();
  return names.broken ? undefined : name;
}

/** Reads numbers and length-prefixed parts one behind the other; past the end everything is empty. */
class Fields {
  broken = false;
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  skip(count: number): void {
    this.#take(count);
  }

  number(size: 1 | 2): number {
    const bytes = this.#take(size);
    return bytes.length === size ? bytes.readUIntBE(0, size) : 0;
  }

  vector(lengthSize: 1 | 2): Buffer {
    return this.#take(this.number(lengthSize));
  }

  #take(count: number): Buffer {
    const end = this.#at + count;
    if (end > this.#bytes.length) this.broken = true;
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }
}
