import type { BalancerConfig, BalancerObservation, TargetGroupConfig } from '../balancer.ts';
import { writeBook, type Book } from './book.ts';
import { STRUCTURE } from './config/maps.ts';
import { render, type Facts, type HealthBefore, type Rendered } from './config/render.ts';
import { isUp } from './health.ts';
import { install } from './install.ts';
import { LastChecks } from './last-checks.ts';
import { presentOf, type Processes, type Worker } from './master.ts';
import { portOfFront, probeOf } from './names.ts';
import { observation, type Seen } from './observation.ts';
import type { Places } from './places.ts';
import { findPorts } from './ports.ts';
import { endHaproxy, PortTaken, reloadHaproxy, startHaproxy } from './process.ts';
import { readRunning } from './running.ts';
import { mayShift, settle, type Settled, shift } from './settled.ts';
import type { StatRow } from './stat.ts';
import { readState, writeState, type State } from './state.ts';
import { Totals } from './totals.ts';
import type { TrafficLog } from './traffic-log.ts';
import { isRestless, overdue, Upkeep } from './upkeep.ts';
import { insist, Workers } from './workers.ts';

export interface PlaneOptions {
  readonly program: string;
  readonly places: Places;
  readonly host: string;
  readonly secret: string;
  readonly log: TrafficLog;
  /** Called when HAProxy has been reloaded or has died. */
  readonly onHangUp: () => void;
}

/** Between finding a port free and listening on it others may take it, so often at most. */
const PORT_TRIES = 5;

/** HAProxy and what it was told. Calls must come one after the other. */
export class Plane {
  readonly #options: PlaneOptions;
  readonly #totals = new Totals();
  readonly #upkeep = new Upkeep();
  readonly #checks = new LastChecks();
  #state: State;
  #book: Book;
  #seen: Seen = { present: new Map(), everyWorker: [] };
  #epoch = 0;
  readonly #talk: Workers;
  #workers: readonly Worker[] = [];
  #settled: Settled | undefined;

  constructor(options: PlaneOptions) {
    this.#options = options;
    this.#talk = new Workers(options.places, options.onHangUp);
    this.#state = readState(options.places.folder, options.host);
    this.#book = writeBook(this.#state.config);
  }

  /** As last seen. */
  get workers(): readonly Worker[] {
    return this.#workers;
  }

  get book(): Book {
    return this.#book;
  }

  /** Goes on with the HAProxy that runs in the folder, or starts one with what the last was told. */
  async takeUp(): Promise<void> {
    const { places, host } = this.#options;
    const running = await this.#talk.running();
    if (!running || this.#state.host !== host) {
      this.#state = { ...this.#state, host };
      await endHaproxy(places);
      await this.#onFreePorts(this.#state.config, () => this.#start(this.#state.config));
    }
    await this.look();
  }

  /**
   * Brings HAProxy to a config; weights and servers without a reload.
   *
   * @returns whether only weights moved: what was last seen of the rest holds
   */
  async apply(config: BalancerConfig): Promise<{ readonly isShift: boolean }> {
    if (await this.#shift(config)) return { isShift: true };
    await this.#onFreePorts(config, () => insist(() => this.#bring(config)));
    return { isShift: false };
  }

  /** Reads what every worker counts. */
  async look(): Promise<Processes> {
    const processes = await this.#talk.processes();
    const rows: StatRow[] = [];
    let present: StatRow[] = [];
    for (const worker of processes.workers) {
      const read = await this.#talk.counted(worker);
      this.#totals.add(worker.pid, read.rows);
      rows.push(...read.rows);
      if (worker.isOld) continue;
      present = this.#checks.remembered(read.rows);
      this.#epoch = read.epoch;
    }
    this.#workers = processes.workers;
    const pids = processes.workers.map(({ pid }) => pid);
    this.#totals.keep(new Set(pids), new Set(rows.map(({ proxy }) => proxy)));
    this.#talk.record(pids);
    this.#seen = { present: new Map(present.map((row) => [`${row.proxy}/${row.item}`, row])), everyWorker: rows };
    presentOf(processes);
    return processes;
  }

  observe(): BalancerObservation {
    const { secret, log } = this.#options;
    const { config, ports } = this.#state;
    const bound = new Map(ports.map(([asked, port, note]) => [asked, { port, note }]));
    return observation({
      config,
      secret,
      log,
      epoch: this.#epoch,
      seen: this.#seen,
      totals: this.#totals,
      listeners: config.listeners.map(({ arn, port }) => {
        const { port: boundPort = port, note } = bound.get(port) ?? {};
        return { arn, boundPort, ...(note !== undefined && { note }) };
      }),
    });
  }

  /** Does what is due by what was last seen. */
  async tend(now: number): Promise<{ readonly isRestless: boolean }> {
    const tended = { groups: this.#configured(), seen: this.#seen, secret: this.#options.secret };
    const commands = this.#upkeep.due(tended, now);
    if (commands.length > 0) {
      const { connection, worker } = await this.#talk.present();
      await connection.command(worker, commands);
    }
    for (const { group, server } of overdue(tended, now))
      for (const worker of this.#workers) await this.#talk.cut(worker, group, server).catch(gone);
    if (commands.length > 0) await this.look();
    return { isRestless: commands.length > 0 || isRestless({ ...tended, seen: this.#seen }) };
  }

  async end(): Promise<void> {
    await endHaproxy(this.#options.places);
  }

  /** Leaves HAProxy as it is. */
  release(): void {
    this.#talk.close();
  }

  // What is configured and what it renders to

  #configured(): TargetGroupConfig[] {
    const rendered = new Set(this.#state.groups);
    return this.#state.config.targetGroups.filter(({ arn }) => rendered.has(arn));
  }

  /** A group that fell out of use keeps its backends, so that a shift back needs no reload. */
  #groups(config: BalancerConfig): Set<string> {
    const before = new Set(this.#state.groups);
    return new Set(config.targetGroups.filter(({ arn, inUse }) => inUse || before.has(arn)).map(({ arn }) => arn));
  }

  /** Ports that HAProxy has, so that nobody else can be asked for them. */
  #isListening(): Set<number> {
    const fronts = this.#seen.everyWorker
      .filter(({ item }) => item === 'FRONTEND')
      .map(({ proxy }) => portOfFront(proxy));
    return new Set(this.#state.ports.filter(([asked]) => fronts.includes(asked)).map(([, bound]) => bound));
  }

  #facts(): Facts {
    const { host, secret, places } = this.#options;
    return {
      host,
      secret,
      adminSocket: places.adminSocket,
      markerSocket: places.markerSocket,
      boundPorts: new Map(this.#state.ports.map(([asked, bound]) => [asked, bound])),
      groups: new Set(this.#state.groups),
    };
  }

  #render(config: BalancerConfig): Rendered {
    return render(config, this.#facts(), this.#healthBefore());
  }

  #healthBefore(): HealthBefore {
    return (path) => {
      const row = this.#seen.present.get(path);
      if (!row) return 'initial';
      if (isUp(row)) return 'up';
      const [group = '', server = ''] = path.split('/');
      return this.#seen.present.has(`${probeOf(group)}/${server}`) ? 'initial' : 'down';
    };
  }

  #remember(state: State): void {
    this.#state = state;
    writeState(this.#options.places.folder, state);
    this.#book = writeBook(state.config);
  }

  // Changes

  async #shift(config: BalancerConfig): Promise<boolean> {
    const settled = this.#settled;
    this.#settled = undefined;
    if (!settled || !mayShift(settled, config)) return false;
    this.#remember({ ...this.#state, config });
    this.#settled = await shift(settled, config);
    if (this.#settled) this.#epoch = config.epoch;
    return this.#settled !== undefined;
  }

  async #bring(config: BalancerConfig): Promise<void> {
    if (!(await this.#talk.running())) await this.#start(config);
    const { weights } = await readRunning(await this.#talk.present());
    if (weights.get(STRUCTURE) !== this.#render(config).structure) await this.#reload(config);
    const wanted = { config, groups: this.#configured(), secret: this.#options.secret };
    this.#settled = await settle(await this.#talk.present(), wanted);
    await this.look();
  }

  /** Does what makes HAProxy listen; with other ports when somebody takes one in between. */
  async #onFreePorts(config: BalancerConfig, work: () => Promise<void>): Promise<void> {
    const asked = config.listeners.map(({ port }) => port);
    for (let left = PORT_TRIES; ; left -= 1) {
      const ports = await findPorts(this.#options.host, asked, this.#state.ports, this.#isListening());
      this.#remember({ host: this.#options.host, config, groups: [...this.#groups(config)], ports });
      try {
        return await work();
      } catch (cause) {
        if (!(cause instanceof PortTaken) || left <= 1) throw cause;
      }
    }
  }

  async #start(config: BalancerConfig): Promise<void> {
    const { program, places } = this.#options;
    await install(program, places.folder, this.#render(config));
    await startHaproxy(program, places);
  }

  async #reload(config: BalancerConfig): Promise<void> {
    const { program, places } = this.#options;
    await this.look();
    await install(program, places.folder, this.#render(config));
    await reloadHaproxy(places);
  }
}

/** An old worker may end at any moment. */
const gone = (): undefined => undefined;
