import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { BalancerConfig, BalancerObservation, TargetGroupConfig } from '../balancer.ts';
import { writeBook, type Book } from './book.ts';
import { EPOCH, STICK, stickEntries, STRUCTURE, weightEntries, WEIGHTS } from './config/maps.ts';
import { CONFIG_FILE, render, type Facts, type HealthBefore, type Rendered } from './config/render.ts';
import { isUp } from './health.ts';
import { LastChecks } from './last-checks.ts';
import { mapCommands, readMap } from './maps-plan.ts';
import { presentOf, readProcesses, type Processes, type Worker } from './master.ts';
import { portOfFront, probeOf } from './names.ts';
import { observation, type Seen } from './observation.ts';
import type { Places } from './places.ts';
import { findPorts } from './ports.ts';
import { checkConfig, endHaproxy, reloadHaproxy, startHaproxy } from './process.ts';
import { readServerStates } from './server-states.ts';
import { serverCommands, type ServerStates } from './servers.ts';
import type { StatRow } from './stat.ts';
import { readState, writePrivate, writeState, type State } from './state.ts';
import { Totals } from './totals.ts';
import type { TrafficLog } from './traffic-log.ts';
import { isRestless, overdue, Upkeep } from './upkeep.ts';
import { Workers } from './workers.ts';

export interface PlaneOptions {
  readonly program: string;
  readonly places: Places;
  readonly host: string;
  readonly secret: string;
  readonly log: TrafficLog;
}

/** What the present worker does. */
interface Running {
  readonly weights: ReadonlyMap<string, string>;
  readonly stick: ReadonlyMap<string, string>;
  readonly servers: ServerStates;
}

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

  constructor(options: PlaneOptions) {
    this.#options = options;
    this.#talk = new Workers(options.places);
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
    const running = await this.#talk.processes();
    if (running && this.#state.host === host) {
      await this.look();
      return;
    }
    this.#state = { ...this.#state, host };
    await endHaproxy(places);
    await this.#start(this.#state.config);
  }

  /** Brings HAProxy to a config; weights and servers without a reload. */
  async apply(config: BalancerConfig): Promise<void> {
    const asked = config.listeners.map(({ port }) => port);
    const ports = await findPorts(this.#options.host, asked, this.#state.ports, this.#isListening());
    this.#state = { host: this.#options.host, config, groups: [...this.#groups(config)], ports };
    writeState(this.#options.places.folder, this.#state);
    this.#book = writeBook(config);
    const running = await this.#talk.processes();
    if (!running) return this.#start(config);
    const rendered = this.#render(config);
    const worker = presentOf(running);
    const commands = [`show map ${WEIGHTS}`, `show map ${STICK}`, 'show servers state'];
    const [weights = '', stick = '', servers = ''] = await this.#talk.command(worker, commands);
    if (readMap(weights).get(STRUCTURE) !== rendered.structure) return this.#reload(config);
    const actual = { weights: readMap(weights), stick: readMap(stick), servers: readServerStates(servers) };
    await this.#talk.command(worker, this.#adjustments(config, actual));
    await this.look();
  }

  /** Reads what every worker counts. */
  async look(): Promise<Processes> {
    const { places } = this.#options;
    const processes = await readProcesses(places.masterSocket);
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

  /** Looks, and does what is due. */
  async tend(now: number): Promise<{ readonly isRestless: boolean }> {
    const { workers } = await this.look();
    const tended = { groups: this.#configured(), seen: this.#seen, secret: this.#options.secret };
    const commands = this.#upkeep.due(tended, now);
    await this.#talk.command(presentOf({ workers }), commands);
    for (const { group, server } of overdue(tended, now))
      for (const worker of workers) await this.#talk.cut(worker, group, server).catch(gone);
    if (commands.length > 0) await this.look();
    return { isRestless: commands.length > 0 || isRestless({ ...tended, seen: this.#seen }) };
  }

  async end(): Promise<void> {
    await endHaproxy(this.#options.places);
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

  // Whole changes

  async #start(config: BalancerConfig): Promise<void> {
    const { program, places } = this.#options;
    await this.#write(this.#render(config));
    await startHaproxy(program, places);
    await this.look();
  }

  async #reload(config: BalancerConfig): Promise<void> {
    await this.look();
    await this.#write(this.#render(config));
    await reloadHaproxy(this.#options.places);
    await this.look();
  }

  /** The files are in place only once HAProxy has accepted them. */
  async #write({ files }: Rendered): Promise<void> {
    const { folder } = this.#options.places;
    const { [CONFIG_FILE]: text = '', ...others } = files;
    for (const [name, content] of Object.entries(others)) writePrivate(join(folder, name), content);
    writePrivate(join(folder, 'next.cfg'), text);
    await checkConfig(this.#options.program, folder, 'next.cfg');
    writePrivate(join(folder, CONFIG_FILE), text);
    rmSync(join(folder, 'next.cfg'));
  }

  // Changes at run time

  /** New servers come before a rule names their group, old ones leave when no request is sent there any more. */
  #adjustments(config: BalancerConfig, { weights, stick, servers }: Running): string[] {
    const commands = this.#configured().flatMap((group) => serverCommands(group, servers, this.#options.secret));
    const leaves = (text: string) => text.endsWith(' state maint');
    const kept = new Set([EPOCH, STRUCTURE]);
    return [
      ...commands.filter((text) => !leaves(text)),
      ...mapCommands(STICK, stickEntries(config), stick, new Set()),
      ...mapCommands(WEIGHTS, weightEntries(config), weights, kept),
      ...commands.filter(leaves),
      `set map ${WEIGHTS} ${EPOCH} ${config.epoch}`,
    ];
  }
}

/** An old worker may end at any moment. */
const gone = (): undefined => undefined;
