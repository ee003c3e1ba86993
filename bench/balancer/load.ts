import { connect } from 'node:net';

export interface LoadFigures {
  readonly requestsPerSecond: number;
  /** Milliseconds. */
  readonly p99: number;
  readonly requests: number;
  readonly failures: number;
}

const REQUEST = 'GET / HTTP/1.1\r\nHost: bench.test\r\nUser-Agent: teal-bench\r\nAccept: */*\r\n\r\n';

/** More than the heads of all peers. */
const HEAD_ROOM = 4096;
const LAST_CHUNK = '0\r\n\r\n';
/** Every answer is read into the same memory and forgotten: the load generator shares two cores with what it measures. */
const READ_INTO = Buffer.allocUnsafe(256 * 1024);

/** Keeps one request going on each of the connections, and notes how long each took. */
export async function generateLoad(port: number, connections: number, seconds: number): Promise<LoadFigures> {
  const spans: number[] = [];
  let failures = 0;
  const endsAt = performance.now() + seconds * 1000;
  const drive = () =>
    new Promise<void>((resolve) => {
      let startedAt = 0;
      const read = answerReader((status) => {
        if (status !== 200) failures += 1;
        spans.push(performance.now() - startedAt);
        next();
      });
      const onread = { buffer: READ_INTO, callback: (length: number) => read(READ_INTO.subarray(0, length)) };
      const socket = connect({ host: '127.0.0.1', port, noDelay: true, onread });
      const next = () => {
        if (performance.now() >= endsAt) return void socket.destroy();
        startedAt = performance.now();
        socket.write(REQUEST, 'latin1');
      };
      socket.on('connect', next);
      socket.on('error', () => (failures += 1));
      socket.on('close', () => resolve());
    });
  await Promise.all(Array.from({ length: connections }, drive));
  spans.sort((a, b) => a - b);
  return {
    requestsPerSecond: spans.length / seconds,
    p99: spans[Math.floor(spans.length * 0.99)] ?? 0,
    requests: spans.length,
    failures,
  };
}

/** Finds the end of each answer with as little work as can be: by its length, or by its last chunk. */
function answerReader(whole: (status: number) => void): (bytes: Buffer) => boolean {
  let head = '';
  let status = 0;
  let missing: number | undefined;
  let tail = '';
  const read = (bytes: Buffer): void => {
    let body = bytes.length;
    if (status === 0) {
      const before = head.length;
      head += bytes.toString('latin1', 0, HEAD_ROOM);
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      status = Number(head.slice(9, 12));
      const length = /\r\ncontent-length: *(\d+)/i.exec(head.slice(0, end))?.[1];
      missing = length === undefined ? undefined : Number(length);
      body = before + bytes.length - end - 4;
      head = '';
    }
    if (missing !== undefined) missing -= body;
    else
      tail = (tail + bytes.toString('latin1', Math.max(0, bytes.length - LAST_CHUNK.length))).slice(-LAST_CHUNK.length);
    if (missing === undefined ? tail !== LAST_CHUNK : missing > 0) return;
    const answered = status;
    status = 0;
    tail = '';
    whole(answered);
  };
  return (bytes) => {
    read(bytes);
    return true;
  };
}
