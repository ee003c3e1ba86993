import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { BalancerConfig, BalancerObservation, TargetGroupConfig } from '../balancer.ts';
import { writeBook, type Book } from './book.ts';
import { EPOCH, STICK, stickEntries, STRUCTURE, weightEntries, WEIGHTS } from './config/maps.ts';
import { CONFIG_FILE, render, type Facts, type HealthBefore, type Rendered } from './config/render.ts';
import { afterProbe, isUp } from './health.ts';
import { mapCommands, readMap } from './maps-plan.ts';
import { command, readProcesses, type Processes, type Worker } from './master.ts';
import { groupName, portOfFront, probeOf, serverName } from './names.ts';
import { inFlight, observation, targetObservations, type Seen } from './observation.ts';
import type { Places } from './places.ts';
import { findPort, type BoundPort } from './ports.ts';
import { checkConfig, endHaproxy, recordWorkers, reloadHaproxy, startHaproxy } from './process.ts';
import { readServerStates } from './server-states.ts';
import { endProbe, serverCommands } from './servers.ts';
import { readStat, type StatRow } from './stat.ts';
import { readState, writePrivate, writeState, type State } from './state.ts';
import { Totals } from './totals.ts';
import type { TrafficLog } from './traffic-log.ts';

export interface PlaneOptions {
  readonly program: string;
  readonly places: Places;
  readonly host: string;
  readonly secret: string;
  readonly log: TrafficLog;
}

const NOTHING: Seen = { present: new Map(), everyWorker: [] };

/** HAProxy and what it was told. Calls must come one after the other. */
export class Plane {
  readonly #options: PlaneOptions;
  readonly #totals = new Totals();
  /** When targets that are starting were first seen, by `BACKEND/SERVER`: epoch milliseconds. */
  readonly #startedAt = new Map<string, number>();
  #state: State;
  #book: Book;
  #seen: Seen = NOTHING;
  #epoch = 0;
  #workers: readonly Worker[] = [];
  #recorded = '';

  constructor(options: PlaneOptions) {
    this.#options = options;
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
    const running = await this.#processes();
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
    const ports = await this.#ports(config);
    this.#state = { host: this.#options.host, config, groups: [...this.#groups(config)], ports: ports.map(asTuple) };
    writeState(this.#options.places.folder, this.#state);
    this.#book = writeBook(config);
    const running = await this.#processes();
    if (!running) return this.#start(config);
    const rendered = this.#render(config);
    const worker = presentOf(running);
    const weights = await this.#map(worker, WEIGHTS);
    if (weights.get(STRUCTURE) !== rendered.structure) return this.#reload(config);
    await this.#adjust(config, worker, weights);
    await this.look();
  }

  /** Reads what every worker counts. */
  async look(): Promise<Processes> {
    const { places } = this.#options;
    const processes = await readProcesses(places.masterSocket);
    const rows: StatRow[] = [];
    let present: StatRow[] = [];
    for (const worker of processes.workers) {
      const read = await this.#stat(worker);
      this.#totals.add(worker.pid, read);
      rows.push(...read);
      if (!worker.isOld) present = read;
    }
    this.#workers = processes.workers;
    const pids = processes.workers.map(({ pid }) => pid);
    this.#totals.keep(new Set(pids), new Set(rows.map(({ proxy }) => proxy)));
    this.#recordWorkers(pids);
    this.#seen = { present: new Map(present.map((row) => [`${row.proxy}/${row.item}`, row])), everyWorker: rows };
    this.#epoch = Number((await this.#map(presentOf(processes), WEIGHTS)).get(EPOCH) ?? 0);
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

  /** Looks, and does what is due: ends probes, cuts what drained too long, deletes servers that are done. */
  async tend(now: number): Promise<{ readonly isRestless: boolean }> {
    const processes = await this.look();
    const present = presentOf(processes);
    const groups = this.#configured();
    const commands = [...groups.flatMap((group) => this.#probeCommands(group, now)), ...this.#deletions()];
    await this.#command(present, commands);
    await this.#cut(processes, now);
    if (commands.length > 0) await this.look();
    return { isRestless: commands.length > 0 || this.#isRestless(groups) };
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

  async #ports(config: BalancerConfig): Promise<BoundPort[]> {
    const known = new Map(this.#state.ports.map((entry) => [entry[0], entry]));
    const running = this.#isListening();
    const found: BoundPort[] = [];
    for (const asked of new Set(config.listeners.map(({ port }) => port))) {
      const before = known.get(asked);
      const port =
        before && running.has(before[1])
          ? { asked, bound: before[1], ...(before[2] !== undefined && { note: before[2] }) }
          : await findPort(this.#options.host, asked, before?.[1], running);
      found.push(port);
    }
    return found;
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
  async #adjust(config: BalancerConfig, worker: Worker, weights: ReadonlyMap<string, string>): Promise<void> {
    const [shown = ''] = await this.#command(worker, ['show servers state']);
    const actual = readServerStates(shown);
    const commands = this.#configured().flatMap((group) => serverCommands(group, actual, this.#options.secret));
    const leaves = (text: string) => text.endsWith(' state maint');
    const kept = new Set([EPOCH, STRUCTURE]);
    await this.#command(worker, [
      ...commands.filter((text) => !leaves(text)),
      ...mapCommands(STICK, stickEntries(config), await this.#map(worker, STICK), new Set()),
      ...mapCommands(WEIGHTS, weightEntries(config), weights, kept),
      ...commands.filter(leaves),
      `set map ${WEIGHTS} ${EPOCH} ${config.epoch}`,
    ]);
  }

  #probeCommands(group: TargetGroupConfig, now: number): string[] {
    const name = groupName(group.arn);
    return group.targets.flatMap((target) => {
      const server = serverName(this.#options.secret, target);
      const path = `${probeOf(name)}/${server}`;
      const probe = this.#seen.present.get(path);
      if (!probe || target.draining || probe.text('status').startsWith('MAINT')) {
        this.#startedAt.delete(path);
        return [];
      }
      const startedAt = this.#startedAt.get(path) ?? now;
      this.#startedAt.set(path, startedAt);
      const becomes = afterProbe(probe, group.healthCheck, startedAt, now);
      if (becomes === 'initial') return [];
      return [...(becomes === 'healthy' ? [`set server ${name}/${server} health up`] : []), ...endProbe(path)];
    });
  }

  /** Servers in maintenance that nothing is in flight to; one with an idle connection is left for the next time. */
  #deletions(): string[] {
    return [...this.#seen.present.values()]
      .filter((row) => row.text('status').startsWith('MAINT') && row.proxy.startsWith('g') && row.number('scur') === 0)
      .map((row) => `del server ${row.proxy}/${row.item}`);
  }

  async #cut({ workers }: Processes, now: number): Promise<void> {
    for (const group of this.#configured())
      for (const target of group.targets) {
        const server = serverName(this.#options.secret, target);
        const name = groupName(group.arn);
        if (!target.draining || (target.drainBy ?? Infinity) > now || inFlight(this.#seen, name, server) === 0)
          continue;
        for (const worker of workers) await this.#cutServer(worker, name, server).catch(gone);
      }
  }

  /** A worker that is ending refuses commands about servers, but not about sessions. */
  async #cutServer(worker: Worker, group: string, server: string): Promise<void> {
    const [shown = ''] = await this.#command(worker, ['show sess']);
    const lines = shown.split('\n').filter((line) => line.includes(` srv=${server} `) && line.includes(` be=${group}`));
    const ids = lines.map((line) => line.slice(0, line.indexOf(':')));
    await this.#command(
      worker,
      ids.map((id) => `shutdown session ${id}`),
    );
  }

  #isRestless(groups: readonly TargetGroupConfig[]): boolean {
    return groups.some((group) =>
      targetObservations(group, this.#seen, this.#options.secret).some(
        ({ health, inFlight: busy }) => health === 'initial' || (health === 'draining' && busy > 0),
      ),
    );
  }

  // Talking to workers

  #processes(): Promise<Processes | undefined> {
    return readProcesses(this.#options.places.masterSocket).then(
      (seen) => (seen.workers.some(({ isOld }) => !isOld) ? seen : undefined),
      () => undefined,
    );
  }

  #command(worker: Worker, commands: readonly string[]): Promise<string[]> {
    return command(this.#options.places.masterSocket, worker.pid, commands);
  }

  async #stat(worker: Worker): Promise<StatRow[]> {
    const asked = this.#command(worker, ['show stat']);
    const [csv = ''] = worker.isOld ? await asked.catch(() => ['']) : await asked;
    return csv === '' ? [] : readStat(csv);
  }

  async #map(worker: Worker, file: string): Promise<Map<string, string>> {
    const asked = this.#command(worker, [`show map ${file}`]);
    const [text = ''] = worker.isOld ? await asked.catch(() => ['']) : await asked;
    return readMap(text);
  }

  #recordWorkers(pids: readonly number[]): void {
    const now = pids.join(' ');
    if (now === this.#recorded) return;
    this.#recorded = now;
    recordWorkers(this.#options.places, pids);
  }
}

/** An old worker may end at any moment. */
const gone = (): undefined => undefined;

function presentOf({ workers }: Processes): Worker {
  const present = workers.find(({ isOld }) => !isOld);
  if (!present) throw new Error('HAProxy has no worker');
  return present;
}

const asTuple = ({ asked, bound, note }: BoundPort): readonly [number, number, string?] =>
  note === undefined ? [asked, bound] : [asked, bound, note];
