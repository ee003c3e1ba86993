import { connect, type Socket } from 'node:net';
import type { BalancerObservation } from '../balancer.ts';
import type { ControlReply, ControlRequest, ProcessInfo, Replacement } from './control-messages.ts';
import { readJsonLines, writeJsonLine } from './json-lines.ts';

/** Milliseconds in which a living process says who it is. */
const DRIVEN_WITHIN = 10_000;

type Asked = ControlRequest extends infer R ? (R extends unknown ? Omit<R, 'id'> : never) : never;

interface Waiting {
  readonly resolve: (value: BalancerObservation | ProcessInfo | null) => void;
  readonly reject: (error: Error) => void;
}

/** A driver's end of the control socket. */
export class ControlClient {
  takenOver = false;
  readonly #socket: Socket;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;

  private constructor(socket: Socket, changed: () => void, closed: () => void) {
    this.#socket = socket;
    readJsonLines(socket, (value) => this.#take(value as ControlReply, changed));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      const why = this.takenOver ? 'another Teal has taken this balancer over' : 'the balancer process ended';
      for (const { reject } of this.#waiting.values()) reject(new Error(why));
      this.#waiting.clear();
      closed();
    });
  }

  /** @returns undefined when nobody listens there */
  static open(path: string, changed: () => void, closed: () => void): Promise<ControlClient | undefined> {
    return new Promise((resolve) => {
      const socket = connect(path);
      socket.once('error', () => resolve(undefined));
      socket.once('connect', () => resolve(new ControlClient(socket, changed, closed)));
    });
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed;
  }

  /** @throws when the process does not answer any more; the connection is closed then */
  async drive(): Promise<ProcessInfo> {
    const limit = setTimeout(() => this.#socket.destroy(), DRIVEN_WITHIN);
    try {
      return (await this.#ask({ do: 'drive' })) as ProcessInfo;
    } finally {
      clearTimeout(limit);
    }
  }

  /**
   * Resolves when the process has given its place to a newer one, which is then to be connected to.
   *
   * @throws when the newer one did not come up: the older goes on
   */
  async replace(by: Replacement): Promise<void> {
    await this.#ask({ do: 'replace', ...by });
  }

  async ask(request: Extract<Asked, { do: 'apply' | 'observe' }>): Promise<BalancerObservation> {
    return (await this.#ask(request)) as BalancerObservation;
  }

  /** Resolves when the process ends. @returns whether it has taken the order */
  async stop(): Promise<boolean> {
    if (!this.isOpen) return false;
    const ended = new Promise<void>((resolve) => this.#socket.once('close', () => resolve()));
    const isTaken = await this.#ask({ do: 'stop' }).then(
      () => true,
      () => false,
    );
    await ended;
    return isTaken;
  }

  close(): void {
    this.#socket.destroy();
  }

  #ask(request: Asked): Promise<BalancerObservation | ProcessInfo | null> {
    if (!this.isOpen) return Promise.reject(new Error('the balancer process ended'));
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      writeJsonLine(this.#socket, { ...request, id });
    });
  }

  #take(reply: ControlReply, changed: () => void): void {
    if ('event' in reply) {
      if (reply.event === 'taken-over') this.takenOver = true;
      return changed();
    }
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (reply.ok) waiting?.resolve(reply.value);
    else waiting?.reject(new Error(reply.error));
  }
}
