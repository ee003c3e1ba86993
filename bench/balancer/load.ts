import { connect, type Socket } from 'node:net';

export interface LoadFigures {
  readonly requestsPerSecond: number;
  /** Milliseconds. */
  readonly p99: number;
  readonly requests: number;
  readonly failures: number;
}

const REQUEST = 'GET / HTTP/1.1\r\nHost: bench.test\r\nUser-Agent: teal-bench\r\nAccept: */*\r\n\r\n';

/** Keeps one request going on each of the connections, and notes how long each took. */
export async function generateLoad(port: number, connections: number, seconds: number): Promise<LoadFigures> {
  const spans: number[] = [];
  let failures = 0;
  const endsAt = performance.now() + seconds * 1000;
  const drive = () =>
    new Promise<void>((resolve) => {
      const socket = connect({ host: '127.0.0.1', port, noDelay: true });
      let startedAt = 0;
      const next = () => {
        if (performance.now() >= endsAt) return void socket.destroy();
        startedAt = performance.now();
        socket.write(REQUEST, 'latin1');
      };
      socket.on('connect', next);
      socket.on('error', () => (failures += 1));
      socket.on('close', () => resolve());
      readAnswers(socket, (status) => {
        if (status !== 200) failures += 1;
        spans.push(performance.now() - startedAt);
        next();
      });
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
function readAnswers(socket: Socket, whole: (status: number) => void): void {
  let head = '';
  let status = 0;
  let missing: number | undefined;
  let tail = '';
  socket.on('data', (bytes) => {
    let body = bytes.length;
    if (status === 0) {
      head += bytes.toString('latin1');
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      status = Number(head.slice(9, 12));
      const length = /\r\ncontent-length: *(\d+)/i.exec(head.slice(0, end))?.[1];
      missing = length === undefined ? undefined : Number(length);
      body = head.length - end - 4;
      tail = head;
      head = '';
    } else tail += missing === undefined ? bytes.toString('latin1') : '';
    if (missing !== undefined) missing -= body;
    else tail = tail.slice(-5);
    if (missing === undefined ? tail !== '0\r\n\r\n' : missing > 0) return;
    const answered = status;
    status = 0;
    tail = '';
    whole(answered);
  });
}
