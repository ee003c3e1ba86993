import { fork, type ChildProcess } from 'node:child_process';
import { connect, createServer, type AddressInfo } from 'node:net';
import { hrtime } from 'node:process';

/** What the parts of the bench are asked for; every question gets one answer. */
export type Question =
  | { readonly ask: 'ports' }
  /** When each group got its last request: nanoseconds of the machine's monotonic clock, as text. */
  | { readonly ask: 'last' }
  | { readonly ask: 'count'; readonly port: number; readonly requests: number }
  | { readonly ask: 'begin'; readonly port: number }
  | { readonly ask: 'end' };

export interface Counts {
  readonly blue: number;
  readonly green: number;
  readonly errors: readonly string[];
}

const CONNECTIONS = 32;

/** A part of the bench in a process of its own, so that nothing measured shares its thread. */
export interface Part {
  ask<T>(question: Question): Promise<T>;
  close(): void;
}

export function startPart(role: string): Part {
  const child: ChildProcess = fork(process.argv[1] ?? '', ['--role', role]);
  return {
    ask: <T>(question: Question) =>
      new Promise<T>((resolve, reject) => {
        const fail = () => reject(new Error(`the ${role} process ended early`));
        child.once('exit', fail);
        child.once('message', (answer) => {
          child.off('exit', fail);
          resolve(answer as T);
        });
        child.send(question);
      }),
    close: () => void child.kill('SIGKILL'),
  };
}

/** Two groups of one target each; a target answers its group's name with as little work as can be. */
export async function serveBackends(): Promise<void> {
  const last = { blue: 0n, green: 0n };
  const open = (group: 'blue' | 'green') =>
    new Promise<number>((resolve) => {
      const answer = `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\n${group.padEnd(5)}`;
      const server = createServer({ noDelay: true }, (socket) => {
        let tail = '';
        socket.on('error', () => undefined);
        socket.on('data', (bytes) => {
          const heads = (tail + bytes.toString('latin1')).split('\r\n\r\n');
          tail = heads.pop() ?? '';
          if (heads.some((head) => !head.includes(' /health'))) last[group] = hrtime.bigint();
          if (heads.length > 0) socket.write(answer.repeat(heads.length), 'latin1');
        });
      });
      server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
    });
  const ports = [await open('blue'), await open('green')];
  process.on('message', ({ ask }: Question) =>
    process.send?.(ask === 'ports' ? ports : { blue: String(last.blue), green: String(last.green) }),
  );
}

/** Keeps one request going on each of the connections, for so many requests or until it is told to end. */
export function serveLoad(): void {
  let begun: { stop(): Promise<Counts> } | undefined;
  process.on('message', (question: Question) => void handle(question));
  async function handle(question: Question): Promise<void> {
    if (question.ask === 'count') process.send?.(await load(question.port, question.requests).counts);
    if (question.ask === 'begin') {
      const running = load(question.port, Infinity);
      begun = {
        stop: () => {
          running.stop();
          return running.counts;
        },
      };
      process.send?.('begun');
    }
    if (question.ask === 'end') process.send?.(await begun?.stop());
  }
}

function load(port: number, requests: number): { readonly counts: Promise<Counts>; stop(): void } {
  const seen = { blue: 0, green: 0 };
  const errors: string[] = [];
  let left = requests;
  const drive = () =>
    new Promise<void>((resolve) => {
      const socket = connect({ host: '127.0.0.1', port, noDelay: true });
      let text = '';
      let isAsking = false;
      const next = (): void => {
        isAsking = left > 0;
        if (!isAsking) return void socket.destroy();
        left -= 1;
        text = '';
        socket.write('GET / HTTP/1.1\r\nHost: bench.test\r\n\r\n', 'latin1');
      };
      socket.on('connect', next);
      socket.on('error', (cause) => errors.push(cause.message));
      socket.on('close', () => {
        if (isAsking) errors.push('the connection was closed without an answer');
        resolve();
      });
      socket.on('data', (bytes) => {
        text += bytes.toString('latin1');
        const head = text.indexOf('\r\n\r\n');
        if (head < 0) return;
        const group = /blue|green/.exec(text.slice(head))?.[0];
        if (text.startsWith('HTTP/1.1 200') && group === undefined) return;
        if (group === undefined) errors.push(text.slice(0, text.indexOf('\r\n')));
        else seen[group as 'blue' | 'green'] += 1;
        next();
      });
    });
  const counts = Promise.all(Array.from({ length: CONNECTIONS }, drive)).then(() => ({ ...seen, errors }));
  return { counts, stop: () => void (left = 0) };
}
