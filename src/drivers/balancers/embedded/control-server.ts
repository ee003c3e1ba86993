import { chmodSync, renameSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import type { BalancerConfig, BalancerObservation } from '../balancer.ts';
import type { ControlReply, ControlRequest, ProcessInfo, Replacement } from './control-messages.ts';
import { readJsonLines, writeJsonLine } from './json-lines.ts';

/** What the drivers may ask for. */
export interface Controlled {
  readonly info: ProcessInfo;
  apply(config: BalancerConfig): Promise<void>;
  observe(): Promise<BalancerObservation>;
  /** Resolves when another process serves in place of this one. */
  replace(by: Replacement): Promise<void>;
  stop(): void;
}

/** Lets one driver at a time steer the balancer: the last that asked to. */
export class ControlServer {
  #server: Server | undefined;
  readonly #sockets = new Set<Socket>();
  readonly #controlled: Controlled;
  #driver: Socket | undefined;
  /** Of the present driver's last config: epochs of two drivers are not comparable. */
  #epoch = -Infinity;
  #announcing = false;

  constructor(controlled: Controlled) {
    this.#controlled = controlled;
  }

  /** Takes the path, at once, from whoever had it. */
  async listen(path: string): Promise<void> {
    const before = this.#server;
    const fresh = `${path}.${process.pid}${before ? '+' : ''}`;
    const server = (this.#server = createServer((socket) => this.#welcome(socket)));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(fresh, resolve);
    });
    chmodSync(fresh, 0o600);
    renameSync(fresh, path);
    before?.close();
  }

  /** Sends every driver to whoever is at the path now. */
  close(): void {
    this.#server?.close();
    for (const socket of this.#sockets) socket.destroySoon();
  }

  /** Tells the driver that something changed; changes of one moment are told once. */
  announce(): void {
    if (this.#announcing) return;
    this.#announcing = true;
    setImmediate(() => {
      this.#announcing = false;
      if (this.#driver) this.#send(this.#driver, { event: 'changed' });
    });
  }

  #welcome(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#sockets.delete(socket);
      if (this.#driver === socket) this.#driver = undefined;
    });
    readJsonLines(socket, (value) => void this.#answer(socket, value as ControlRequest));
  }

  async #answer(socket: Socket, request: ControlRequest): Promise<void> {
    try {
      this.#send(socket, { id: request.id, ok: true, value: await this.#perform(socket, request) });
      if (request.do === 'stop') this.#controlled.stop();
      if (request.do === 'replace') this.close();
    } catch (error) {
      this.#send(socket, { id: request.id, ok: false, error: error instanceof Error ? error.message : String(error) });
    }
  }

  async #perform(socket: Socket, request: ControlRequest): Promise<BalancerObservation | ProcessInfo | null> {
    if (request.do === 'drive') return this.#takeOver(socket);
    if (this.#driver !== socket) throw new Error('another Teal has taken this balancer over');
    if (request.do === 'stop') return null;
    if (request.do === 'replace') return this.#controlled.replace(request).then(() => null);
    if (request.do === 'apply' && request.config.epoch >= this.#epoch) {
      this.#epoch = request.config.epoch;
      await this.#controlled.apply(request.config);
      this.announce();
    }
    return this.#controlled.observe();
  }

  #takeOver(socket: Socket): ProcessInfo {
    if (this.#driver && this.#driver !== socket) {
      this.#send(this.#driver, { event: 'taken-over' });
      this.#driver.end();
    }
    this.#driver = socket;
    this.#epoch = -Infinity;
    return this.#controlled.info;
  }

  #send(socket: Socket, reply: ControlReply): void {
    writeJsonLine(socket, reply);
  }
}
