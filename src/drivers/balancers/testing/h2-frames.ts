import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';

export const TYPE = {
  data: 0,
  headers: 1,
  priority: 2,
  reset: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

export const FLAG = { endStream: 1, ack: 1, endHeaders: 4, padded: 8, priority: 32 } as const;

export const SETTING = {
  enablePush: 2,
  maxConcurrentStreams: 3,
  initialWindowSize: 4,
  maxFrameSize: 5,
} as const;

const ERRORS = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
] as const;

export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');
const HEADER = 9;

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

/** Any frame, right or wrong. Source: RFC 9113 4.1. */
export function frame(type: number, flags: number, stream: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const header = Buffer.alloc(HEADER);
  header.writeUIntBE(payload.length, 0, 3);
  header.writeUInt8(type, 3);
  header.writeUInt8(flags, 4);
  header.writeUInt32BE(stream, 5);
  return Buffer.concat([header, payload]);
}

export const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

export function settings(...pairs: readonly (readonly [id: number, value: number])[]): Buffer {
  const payload = pairs.map(([id, value]) => Buffer.concat([Buffer.from([id >> 8, id & 255]), uint32(value)]));
  return frame(TYPE.settings, 0, 0, Buffer.concat(payload));
}

export type Field = readonly [name: string, value: string];

/** A header block of literals that are never indexed, without Huffman coding. Source: RFC 7541 6.2.3. */
export function block(fields: readonly Field[]): Buffer {
  const parts = fields.flatMap(([name, value]) => [Buffer.from([0x10]), text(name), text(value)]);
  return Buffer.concat(parts);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1');
  const length = [Math.min(bytes.length, 127)];
  if (bytes.length >= 127) {
    let rest = bytes.length - 127;
    for (; rest >= 128; rest = rest >> 7) length.push((rest & 127) | 128);
    length.push(rest);
  }
  return Buffer.concat([Buffer.from(length), bytes]);
}

export const GET: readonly Field[] = [
  [':method', 'GET'],
  [':scheme', 'https'],
  [':path', '/'],
  [':authority', 'a.test'],
];

export const POST: readonly Field[] = [[':method', 'POST'], ...GET.slice(1)];

/** HEADERS that are whole in themselves. */
export const headers = (stream: number, fields: readonly Field[], flags: number = FLAG.endStream): Buffer =>
  frame(TYPE.headers, flags | FLAG.endHeaders, stream, block(fields));

export const data = (stream: number, bytes: string | Buffer, flags = 0): Buffer =>
  frame(TYPE.data, flags, stream, Buffer.from(bytes));

export const ping = (text: string, flags = 0): Buffer => frame(TYPE.ping, flags, 0, Buffer.from(text));

/** The statuses that HPACK has an entry of its own for; others are told as 0. Source: RFC 7541 appendix A. */
const STATUS_ENTRIES = [200, 204, 206, 304, 400, 404, 500];

function statusOf({ payload }: Frame): number {
  const first = payload[0] ?? 0;
  return first & 0x80 ? (STATUS_ENTRIES[(first & 0x7f) - 8] ?? 0) : 0;
}

const errorAt = (payload: Buffer, at: number): string => ERRORS[payload.readUInt32BE(at)] ?? 'unknown';

/** What a frame means for whoever waits for it, such as `goaway PROTOCOL_ERROR` or `reset CANCEL`. */
export function meaningOf(received: Frame): string | undefined {
  if (received.type === TYPE.goaway) return `goaway ${errorAt(received.payload, 4)}`;
  if (received.type === TYPE.reset) return `reset ${errorAt(received.payload, 0)}`;
  if (received.type === TYPE.headers) return `status ${statusOf(received)}`;
  if (received.type === TYPE.ping && received.flags & FLAG.ack) return `pong ${received.payload.toString('latin1')}`;
  return undefined;
}

/** A client that sends frames as a test wants them and keeps those it gets. */
export class FrameClient {
  readonly received: Frame[] = [];
  readonly #socket: TLSSocket;
  #rest = Buffer.alloc(0);
  #closed = false;
  #heard: () => void = () => undefined;

  private constructor(socket: TLSSocket) {
    this.#socket = socket;
    socket.on('data', (bytes: Buffer) => this.#read(bytes));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#closed = true;
      this.#heard();
    });
  }

  /** Connects by ALPN and sends nothing. */
  static async connect(port: number): Promise<FrameClient> {
    const options = { host: '127.0.0.1', port, servername: 'a.test', rejectUnauthorized: false };
    const socket = connect({ ...options, ALPNProtocols: ['h2'] });
    await once(socket, 'secureConnect');
    return new FrameClient(socket);
  }

  /** Connects, and settings are exchanged and acknowledged both ways. */
  static async open(port: number, ...own: readonly (readonly [id: number, value: number])[]): Promise<FrameClient> {
    const client = await FrameClient.connect(port);
    client.send(PREFACE, settings(...own));
    await client.find('SETTINGS', ({ type, flags }) => type === TYPE.settings && (flags & FLAG.ack) === 0);
    client.send(frame(TYPE.settings, FLAG.ack, 0));
    await client.find('the acknowledgement', ({ type, flags }) => type === TYPE.settings && (flags & FLAG.ack) !== 0);
    return client;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  send(...frames: readonly Buffer[]): void {
    if (!this.#closed) this.#socket.write(Buffer.concat(frames));
  }

  /** The first frame, come or coming, for which this holds. @throws when the connection ends or 10 s pass without */
  async find(what: string, holds: (received: Frame) => boolean): Promise<Frame> {
    let found: Frame | undefined;
    await this.#wait(what, () => (found = this.received.find(holds)) !== undefined);
    if (!found) throw new Error(`the connection ended without ${what}`);
    return found;
  }

  /** What comes of a stream: the first answer, reset or end of the connection. */
  async outcome(stream: number): Promise<string> {
    const tells = ({ type, stream: of }: Frame) =>
      type === TYPE.goaway || ((type === TYPE.headers || type === TYPE.reset) && of === stream);
    return this.#meaning(`an outcome of stream ${stream}`, tells);
  }

  /** What comes of the connection: an answer to a PING sent now, or its end. */
  async health(): Promise<string> {
    this.send(ping('stillOK?'));
    const tells = ({ type, flags, payload }: Frame) =>
      type === TYPE.goaway || (type === TYPE.ping && (flags & FLAG.ack) !== 0 && payload.toString() === 'stillOK?');
    return this.#meaning('an answer to PING', tells);
  }

  /** All DATA of a stream so far. */
  dataOf(stream: number): Buffer {
    const frames = this.received.filter((one) => one.type === TYPE.data && one.stream === stream);
    return Buffer.concat(frames.map(({ payload }) => payload));
  }

  async closed(): Promise<void> {
    await this.#wait('the end of the connection', () => this.#closed);
  }

  close(): void {
    this.#socket.destroy();
  }

  async #meaning(what: string, holds: (received: Frame) => boolean): Promise<string> {
    await this.#wait(what, () => this.received.some(holds));
    const found = this.received.find(holds);
    return (found && meaningOf(found)) ?? 'closed';
  }

  async #wait(what: string, holds: () => boolean): Promise<void> {
    const limit = AbortSignal.timeout(60_000);
    while (!holds() && !this.#closed) {
      await new Promise<void>((resolve, reject) => {
        this.#heard = resolve;
        limit.onabort = () => reject(new Error(`not within a minute: ${what}`));
        if (limit.aborted) reject(new Error(`not within a minute: ${what}`));
      });
    }
  }

  #read(bytes: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    while (this.#rest.length >= HEADER) {
      const length = this.#rest.readUIntBE(0, 3);
      if (this.#rest.length < HEADER + length) break;
      const [type = 0, flags = 0] = this.#rest.subarray(3, 5);
      const stream = this.#rest.readUInt32BE(5) & 0x7fffffff;
      this.received.push({ type, flags, stream, payload: this.#rest.subarray(HEADER, HEADER + length) });
      this.#rest = this.#rest.subarray(HEADER + length);
    }
    this.#heard();
  }
}
