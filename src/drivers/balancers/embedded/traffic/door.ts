import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

const BACKLOG = 4096;
/** Bytes that may wait in a socket; the stream default of 16 KiB would pause a target at every packet. */
const HIGH_WATER = 128 * 1024;

/** A listening socket. Its connections go to whoever serves it, and wait until somebody does. */
export class Door {
  readonly #server: Server;
  readonly #waiting: Socket[] = [];
  #serve: ((socket: Socket) => void) | undefined;
  #port = 0;

  private constructor() {
    this.#server = createServer({ allowHalfOpen: true, noDelay: true, highWaterMark: HIGH_WATER }, (socket) =>
      this.#take(socket),
    );
  }

  /** @throws the error of `listen`, such as EADDRINUSE */
  static open(host: string, port: number): Promise<Door> {
    const door = new Door();
    return door.#listening(() => door.#server.listen({ host, port, backlog: BACKLOG }));
  }

  /** Listens on with the socket of another process; must be called in the very turn in which it arrived. */
  static inherit(server: Server): Promise<Door> {
    const door = new Door();
    return door.#listening(() => door.#server.listen(server, BACKLOG));
  }

  /** Known after it was closed, too. */
  get port(): number {
    return this.#port;
  }

  /** What is sent to a process that inherits the socket. */
  get server(): Server {
    return this.#server;
  }

  /** Gives every connection from now on, and those that waited, to `take`. */
  serve(take: (socket: Socket) => void): void {
    this.#serve = take;
    for (const socket of this.#waiting.splice(0)) take(socket);
  }

  /** Takes no new connection; resolves when every one it took has ended. */
  close(): Promise<void> {
    for (const socket of this.#waiting.splice(0)) socket.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #take(socket: Socket): void {
    socket.on('error', () => undefined);
    if (this.#serve) this.#serve(socket);
    else this.#waiting.push(socket);
  }

  #listening(listen: () => void): Promise<Door> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.once('listening', () => {
        this.#server.off('error', reject);
        this.#port = (this.#server.address() as AddressInfo).port;
        this.#server.on('error', () => undefined); // accept failures (too many files) must not end the process
        resolve(this);
      });
      listen();
    });
  }
}
