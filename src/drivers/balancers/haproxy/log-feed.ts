import { randomBytes } from 'node:crypto';
import { chmodSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import type { Places } from './places.ts';

/** A real I/O limit, in milliseconds: without the log nothing but response times is behind. */
const CAUGHT_UP_WITHIN = 2000;

/** Receives the lines that workers log. They connect by themselves, and keep lines while nobody listens. */
export class LogFeed {
  readonly #places: Places;
  readonly #onLine: (line: string) => void;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #marks = new Map<string, () => void>();

  private constructor(places: Places, onLine: (line: string) => void) {
    this.#places = places;
    this.#onLine = onLine;
    this.#server = createServer((socket) => this.#read(socket));
  }

  static async open(places: Places, onLine: (line: string) => void): Promise<LogFeed> {
    const feed = new LogFeed(places, onLine);
    rmSync(places.logSocket, { force: true });
    await new Promise<void>((resolve, reject) => {
      feed.#server.once('error', reject);
      feed.#server.listen(places.logSocket, resolve);
    });
    chmodSync(places.logSocket, 0o600);
    return feed;
  }

  get isConnected(): boolean {
    return this.#sockets.size > 0;
  }

  marked(mark: string): void {
    this.#marks.get(mark)?.();
  }

  /** Resolves when every line of the present worker's requests so far has been read, or cannot be for now. */
  async catchUp(): Promise<void> {
    if (!this.isConnected) return;
    const mark = `/${randomBytes(8).toString('hex')}`;
    await new Promise<void>((resolve) => {
      const limit = setTimeout(resolve, CAUGHT_UP_WITHIN);
      this.#marks.set(mark, resolve);
      const asked = request({ socketPath: this.#places.markerSocket, path: mark, agent: false }, (answer) =>
        answer.resume(),
      );
      asked.on('error', () => resolve());
      asked.on('close', () => undefined);
      asked.end();
      void limit.unref();
    });
    this.#marks.delete(mark);
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #read(socket: Socket): void {
    let pending = '';
    this.#sockets.add(socket);
    socket.setEncoding('latin1');
    socket.on('error', () => undefined);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('data', (part: string) => {
      const lines = (pending + part).split('\n');
      pending = lines.pop() ?? '';
      for (const line of lines) this.#onLine(line);
    });
  }
}
