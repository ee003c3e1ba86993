import { setTimeout as pause } from 'node:timers/promises';
import { findRecorded } from '../process-identity.ts';
import { EPOCH, WEIGHTS } from './config/maps.ts';
import { readMap } from './maps-plan.ts';
import { MasterConnection } from './master-connection.ts';
import { HungUp, presentOf, type Processes, type Worker } from './master.ts';
import type { Places } from './places.ts';
import { recordWorkers } from './process.ts';
import { readStat, type StatRow } from './stat.ts';

/** Real I/O limits, in milliseconds. */
const RELOADED_WITHIN = 10_000;
const LOOK_EVERY = 10;

/** Tries once more when HAProxy hangs up meanwhile: it was reloaded, or died. */
export async function insist(work: () => Promise<void>): Promise<void> {
  const limit = Date.now() + RELOADED_WITHIN;
  for (;;) {
    try {
      return await work();
    } catch (cause) {
      if (!(cause instanceof HungUp) || Date.now() > limit) throw cause;
      await pause(LOOK_EVERY);
    }
  }
}

/** The worker that gets every new request, while the connection is open. */
export interface Present {
  readonly connection: MasterConnection;
  readonly worker: Worker;
}

/** What is asked of HAProxy; an old worker may end at any moment, and then has nothing to say. */
export class Workers {
  readonly #places: Places;
  readonly #onHangUp: () => void;
  #connection: MasterConnection | undefined;
  #recorded = '';

  constructor(places: Places, onHangUp: () => void) {
    this.#places = places;
    this.#onHangUp = onHangUp;
  }

  /** Of the HAProxy that runs. One that replaces itself does not listen, so it is waited for while it lives. */
  async running(): Promise<Processes | undefined> {
    const limit = Date.now() + RELOADED_WITHIN;
    for (;;) {
      const seen = await this.processes().catch(() => undefined);
      if (seen) return seen.workers.some(({ isOld }) => !isOld) ? seen : undefined;
      if (Date.now() > limit || !findRecorded(this.#places.pidFile)) return undefined;
      await pause(LOOK_EVERY);
    }
  }

  /** @throws {HungUp} */
  async processes(): Promise<Processes> {
    return (await this.#connected()).processes();
  }

  /** @throws {HungUp} also when there is none */
  async present(): Promise<Present> {
    const connection = await this.#connected();
    return { connection, worker: presentOf(await connection.processes()) };
  }

  /** What a worker counts, and the epoch it has applied. */
  async counted(worker: Worker): Promise<{ readonly rows: StatRow[]; readonly epoch: number }> {
    const commands = ['show stat', `show map ${WEIGHTS}`];
    const [csv = '', weights = ''] = worker.isOld
      ? await this.#aside(worker, commands).catch(() => [])
      : await (await this.#connected()).command(worker, commands);
    return { rows: csv === '' ? [] : readStat(csv), epoch: Number(readMap(weights).get(EPOCH) ?? 0) };
  }

  record(pids: readonly number[]): void {
    const now = pids.join(' ');
    if (now === this.#recorded) return;
    this.#recorded = now;
    recordWorkers(this.#places, pids);
  }

  /** A worker that is ending refuses commands about servers, but not about sessions. */
  async cut(worker: Worker, group: string, server: string): Promise<void> {
    const [shown = ''] = await this.#aside(worker, ['show sess']);
    const lines = shown.split('\n').filter((line) => line.includes(` srv=${server} `) && line.includes(` be=${group}`));
    const ids = lines.map((line) => line.slice(0, line.indexOf(':')));
    await this.#aside(
      worker,
      ids.map((id) => `shutdown session ${id}`),
    );
  }

  close(): void {
    this.#connection?.close();
  }

  async #connected(): Promise<MasterConnection> {
    if (!this.#connection?.isOpen)
      this.#connection = await MasterConnection.open(this.#places.masterSocket, this.#onHangUp);
    return this.#connection;
  }

  /** The master hangs up on who asks a worker that has ended. */
  async #aside(worker: Worker, commands: readonly string[]): Promise<string[]> {
    if (commands.length === 0) return [];
    const connection = await MasterConnection.open(this.#places.masterSocket);
    return connection.command(worker, commands).finally(() => connection.close());
  }
}
