import { EPOCH, WEIGHTS } from './config/maps.ts';
import { readMap } from './maps-plan.ts';
import { command, readProcesses, type Processes, type Worker } from './master.ts';
import type { Places } from './places.ts';
import { recordWorkers } from './process.ts';
import { readStat, type StatRow } from './stat.ts';

/** What is asked of workers; an old one may end at any moment, and then has nothing to say. */
export class Workers {
  readonly #places: Places;
  #recorded = '';

  constructor(places: Places) {
    this.#places = places;
  }

  processes(): Promise<Processes | undefined> {
    return readProcesses(this.#places.masterSocket).then(
      (seen) => (seen.workers.some(({ isOld }) => !isOld) ? seen : undefined),
      () => undefined,
    );
  }

  command(worker: Worker, commands: readonly string[]): Promise<string[]> {
    return command(this.#places.masterSocket, worker.pid, commands);
  }

  /** What a worker counts, and the epoch it has applied. */
  async counted(worker: Worker): Promise<{ readonly rows: StatRow[]; readonly epoch: number }> {
    const asked = this.command(worker, ['show stat', `show map ${WEIGHTS}`]);
    const [csv = '', weights = ''] = worker.isOld ? await asked.catch(() => []) : await asked;
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
    const [shown = ''] = await this.command(worker, ['show sess']);
    const lines = shown.split('\n').filter((line) => line.includes(` srv=${server} `) && line.includes(` be=${group}`));
    const ids = lines.map((line) => line.slice(0, line.indexOf(':')));
    await this.command(
      worker,
      ids.map((id) => `shutdown session ${id}`),
    );
  }
}
