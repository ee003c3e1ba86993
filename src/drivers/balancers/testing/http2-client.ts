import type { ClientHttp2Session, IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http2';

export interface Http2Answer {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly trailers: IncomingHttpHeaders | undefined;
}

/** One request by HTTP/2; rejects when no whole answer comes. */
export function askHttp2(
  session: ClientHttp2Session,
  headers: OutgoingHttpHeaders = {},
  body?: Buffer,
  trailers?: OutgoingHttpHeaders,
): Promise<Http2Answer> {
  return new Promise((resolve, reject) => {
    const stream = session.request(
      { ':path': '/', ...headers },
      { endStream: body === undefined, waitForTrailers: trailers !== undefined },
    );
    const parts: Buffer[] = [];
    let answered: IncomingHttpHeaders = {};
    let trailing: IncomingHttpHeaders | undefined;
    let whole = false;
    stream.on('wantTrailers', () => stream.sendTrailers(trailers ?? {}));
    stream.on('response', (block: IncomingHttpHeaders) => (answered = block));
    stream.on('data', (part: Buffer) => parts.push(part));
    stream.on('trailers', (block: IncomingHttpHeaders) => (trailing = block));
    stream.on('end', () => (whole = true));
    stream.on('error', reject);
    stream.on('close', () => {
      if (whole && stream.rstCode === 0) resolve({ headers: answered, body: Buffer.concat(parts), trailers: trailing });
      else reject(new Error(`the stream ended with code ${stream.rstCode}`));
    });
    if (body) stream.end(body);
  });
}

export interface GrpcResult {
  readonly messages: readonly string[];
  readonly status: string | undefined;
  readonly message: string | undefined;
  readonly http: number;
}

export interface GrpcCall {
  send(message: string): void;
  /** Ends the client's side. */
  end(message?: string): void;
  /** The next message of the other side. */
  next(): Promise<string>;
  readonly result: Promise<GrpcResult>;
}

const PREFIX = 5;

/** Calls a method of gRPC; messages are text. Source: gRPC over HTTP/2. */
export function callGrpc(session: ClientHttp2Session, path: string): GrpcCall {
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  const messages: string[] = [];
  let taken = 0;
  let rest = Buffer.alloc(0);
  let heard: () => void = () => undefined;
  stream.on('data', (bytes: Buffer) => {
    rest = Buffer.concat([rest, bytes]);
    while (rest.length >= PREFIX && rest.length >= PREFIX + rest.readUInt32BE(1)) {
      const end = PREFIX + rest.readUInt32BE(1);
      messages.push(rest.toString('utf8', PREFIX, end));
      rest = rest.subarray(end);
    }
    heard();
  });
  return {
    send: (message) => void stream.write(framed(message)),
    end: (message) => void stream.end(message === undefined ? undefined : framed(message)),
    async next() {
      while (messages.length <= taken) await new Promise<void>((resolve) => (heard = resolve));
      return messages[taken++] ?? '';
    },
    result: new Promise((resolve, reject) => {
      let seen: IncomingHttpHeaders = {};
      stream.on('response', (block: IncomingHttpHeaders) => (seen = { ...seen, ...block }));
      stream.on('trailers', (block: IncomingHttpHeaders) => (seen = { ...seen, ...block }));
      stream.on('error', reject);
      stream.on('close', () => {
        const text = (name: string) => seen[name]?.toString();
        const http = Number(seen[':status']);
        resolve({
          messages: http === 200 ? messages : [],
          status: text('grpc-status'),
          message: text('grpc-message'),
          http,
        });
      });
    }),
  };
}

function framed(message: string): Buffer {
  const bytes = Buffer.from(message);
  const prefix = Buffer.alloc(PREFIX);
  prefix.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([prefix, bytes]);
}
