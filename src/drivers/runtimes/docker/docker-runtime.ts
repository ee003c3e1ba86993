import type Docker from 'dockerode';
import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { ContainerInspectInfo } from 'dockerode';
import { millis, seconds, type Millis } from '../../../kernel/span.ts';
import { Alarms } from '../alarms.ts';
import { conduct, shownLooks } from '../conduct.ts';
import { observation } from '../observation.ts';
import type {
  ContainerObservation,
  ContainerSpec,
  Machine,
  Runtime,
  RuntimeOptions,
  TaskObservation,
  TaskSpec,
} from '../runtime.ts';
import { settle } from '../settle.ts';
import { openTaskRecords, type TaskRecord } from '../task-records.ts';
import { ContainerStarts } from './container-starts.ts';
import { ContainerStops } from './container-stops.ts';
import { factsOf, type EngineFacts } from './engine-facts.ts';
import { engineMessage, openEngines, unless, type Engines } from './engine.ts';
import { followEvents } from './follow-events.ts';
import { Images } from './images.ts';
import { InstanceContainers } from './instance-containers.ts';
import { Looks, RECENT, type Look } from './looks.ts';
import { containerName } from './names.ts';
import { readContainerLog } from './output.ts';
import { CannotPrepare, prepareTask } from './prepare-task.ts';
import { Refresher } from './refresher.ts';
import { needsPause, PAUSE } from './shared-namespaces.ts';
import { TaskGroups } from './task-groups.ts';
import { TaskPlace } from './task-place.ts';
import { readUsage } from './usage.ts';
import { removeVolumes } from './volumes.ts';
import { whyNotOnDocker } from './why-not.ts';
import { WishedLimits } from './wished-limits.ts';

export interface DockerRuntimeOptions extends RuntimeOptions {
  /** `DOCKER_HOST`, else the usual socket, unless given. */
  readonly socketPath?: string;
}

/** Milliseconds that an Engine gets to answer what it was asked before Teal is closed. */
const PARTING = 5000;
/** ECS's default stop timeout: what the others get when an essential container has ended. */
const OTHERS_GRACE = seconds(30);

/**
 * Runs tasks as containers of a Docker Engine. `conduct` decides from what is seen what is started, started again and
 * told to end; whatever happens, the Engine's own state is what counts.
 *
 * Not done: credentials of registries, GPUs; where `TaskGroups` says so, limits over all containers of a task together.
 */
export async function createDockerRuntime(options: DockerRuntimeOptions): Promise<Runtime> {
  const engines = await openEngines(options.socketPath);
  const runtime = new DockerRuntime(options, engines, await factsOf(engines.looking, options.socketPath));
  await runtime.open();
  return runtime;
}

class DockerRuntime implements Runtime {
  readonly name = 'docker';
  readonly machine: Machine;
  readonly #options: DockerRuntimeOptions;
  readonly #engine: Docker;
  readonly #looking: Docker;
  readonly #records;
  readonly #preparing = new Map<string, { readonly done: Promise<void>; readonly abort: AbortController }>();
  readonly #closing = new AbortController();
  readonly #containers: InstanceContainers;
  readonly #place: TaskPlace;
  readonly #groups: TaskGroups;
  readonly #images: Images;
  readonly #limits: WishedLimits;
  readonly #starts: ContainerStarts;
  readonly #stops: ContainerStops;
  readonly #looks: Looks;
  readonly #refresher = new Refresher(() => this.#lookAtAll(), RECENT, this.#closing.signal);
  readonly #alarms = new Alarms(() => this.#refresher.ask());
  #stopFollowing: () => void = () => undefined;

  constructor(options: DockerRuntimeOptions, engines: Engines, facts: EngineFacts) {
    const { engine, looking } = engines;
    this.#options = options;
    this.#engine = engine;
    this.#looking = looking;
    this.machine = facts.machine;
    this.#records = openTaskRecords(options.folder);
    this.#containers = new InstanceContainers(engines, options.instance);
    this.#starts = new ContainerStarts(engine);
    this.#stops = new ContainerStops({
      engine,
      containers: this.#containers,
      facts,
      closing: this.#closing.signal,
      onOver: () => this.#refresher.ask(),
    });
    this.#looks = new Looks(this.#containers, this.#records, facts);
    this.#place = new TaskPlace(engine, options, facts);
    this.#groups = new TaskGroups(options.instance, facts, options.note ?? (() => undefined));
    this.#limits = new WishedLimits(engine, options.instance, options.note ?? (() => undefined));
    this.#images = new Images(engine, this.#closing.signal);
    setMaxListeners(0, this.#closing.signal); // one for every task on its way
  }

  /** Takes up what earlier lives left: strays end, half-made starts and stops go on. */
  async open(): Promise<void> {
    const isGone = (taskId: string): boolean => this.#records.get(taskId) === undefined;
    await this.#containers.removeStrays((taskId) => !isGone(taskId));
    await removeVolumes(this.#engine, this.#options.instance, isGone);
    await this.#groups.removeStrays(isGone).catch(() => undefined);
    const unfinished = this.#records.all().filter(({ stoppedAt }) => stoppedAt === undefined);
    for (const { spec } of unfinished) {
      await this.#place.get(spec); // they may ask Teal something
      await this.#groups.ensure(spec); // a machine that went down has lost it
    }
    for (const record of unfinished) {
      if (record.stop)
        for (const [name, killAt] of Object.entries(record.stop.killAt))
          this.#stops.tell(this.#nameOf(record.spec.taskId, name), killAt);
      else if (!record.isPrepared) void this.#prepare(record);
    }
    this.#stopFollowing = followEvents(this.#engine, this.#options.instance, () => this.#refresher.ask());
  }

  async start(task: TaskSpec): Promise<void> {
    if (this.#records.get(task.taskId)) return;
    const record: TaskRecord = { spec: task, pullStartedAt: Date.now() };
    this.#records.save(record);
    void this.#prepare(record); // a pull may take minutes; `observe` tells
  }

  async stop(taskId: string, grace: Millis): Promise<void> {
    const record = this.#records.get(taskId);
    if (!record || record.stoppedAt !== undefined) return;
    this.#beginStop(record, grace);
    this.#refresher.ask();
    this.#options.onChange();
  }

  async remove(taskId: string): Promise<void> {
    const record = this.#records.get(taskId);
    if (!record) return;
    if (record.stoppedAt === undefined) this.#beginStop(record, millis(0));
    await this.#preparing.get(taskId)?.done;
    for (const { name } of record.spec.containers) await this.#starts.settled(this.#nameOf(taskId, name));
    const names = [...record.spec.containers.map(({ name }) => name), ...(needsPause(record.spec) ? [PAUSE] : [])];
    await this.#containers.removeAll(names.map((name) => this.#nameOf(taskId, name)));
    for (const name of names) this.#starts.fresh.delete(this.#nameOf(taskId, name));
    // What is left of a group goes at the next start.
    await this.#groups.remove(record.spec).catch(() => undefined);
    if (record.spec.volumes?.length) await removeVolumes(this.#engine, this.#options.instance, (id) => id === taskId);
    this.#alarms.clear(taskId);
    this.#looks.forget(taskId);
    this.#records.forget(taskId);
  }

  async observe(): Promise<readonly TaskObservation[]> {
    const look = await this.#looks.recent();
    this.#conclude(look);
    return this.#records
      .all()
      .map((record) => observation(record, shownLooks(record, this.#looks.containersOf(record, look))));
  }

  async readOutput(taskId: string, container: string, from: string | undefined): ReturnType<Runtime['readOutput']> {
    const found = this.#records.get(taskId) && this.#engine.getContainer(this.#nameOf(taskId, container));
    // Looked at first: what it printed before it ended is in the log by then.
    const info: ContainerInspectInfo | void = await found?.inspect().catch(unless(404));
    if (!found || !info) return { lines: [], next: from, isAll: true };
    return readContainerLog(found, from, { hasEnded: info.State.Status === 'exited', isTerminal: info.Config.Tty });
  }

  async usage(): ReturnType<Runtime['usage']> {
    const running = this.#records.all().filter(({ startedAt, stoppedAt }) => startedAt && stoppedAt === undefined);
    return readUsage(this.#looking, this.#options.instance, running);
  }

  async stats(taskId: string, container: string): Promise<unknown> {
    if (!this.#records.get(taskId)) return undefined;
    const found = this.#engine.getContainer(this.#nameOf(taskId, container));
    return (await found.stats({ stream: false }).catch(unless(404, 409))) ?? undefined;
  }

  refuse(task: TaskSpec): string | undefined {
    return whyNotOnDocker(task);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#stopFollowing();
    this.#alarms.close();
    const preparing = [...this.#preparing.values()].map(({ done }) => done);
    const asked = [...preparing, this.#starts.allSettled(), this.#refresher.settled()];
    await within(Promise.all(asked));
    await within(this.#place.close(this.#records.all().every(({ stoppedAt }) => stoppedAt !== undefined)));
  }

  #prepare(record: TaskRecord): Promise<void> {
    const { spec } = record;
    const abort = new AbortController();
    const signal = AbortSignal.any([abort.signal, this.#closing.signal]);
    const { instance } = this.#options;
    const preparation = {
      engine: this.#engine,
      place: this.#place,
      groups: this.#groups,
      images: this.#images,
      limits: this.#limits,
    };
    const done = prepareTask({ ...preparation, fresh: this.#starts.fresh, instance, signal }, spec)
      .then((pulled) => {
        if (!signal.aborted) this.#records.change(spec.taskId, { isPrepared: true, ...pulled });
      })
      .catch((cause: unknown) => {
        if (signal.aborted) return;
        const container = cause instanceof CannotPrepare ? cause.container : undefined;
        this.#fail(spec.taskId, cause instanceof Error ? cause.message : String(cause), container);
      })
      .finally(() => {
        this.#preparing.delete(spec.taskId);
        this.#looks.passed(spec.taskId);
        this.#refresher.ask();
      });
    this.#preparing.set(spec.taskId, { done, abort });
    return done;
  }

  #fail(taskId: string, startFailure: string, failedContainer?: string, failedBecause?: string): void {
    this.#records.change(taskId, {
      startFailure,
      ...(failedContainer !== undefined && { failedContainer }),
      ...(failedBecause !== undefined && { failedBecause }),
    });
    const record = this.#records.get(taskId);
    if (record) this.#beginStop(record, OTHERS_GRACE);
    this.#options.onChange();
  }

  /** Records that a task ends; whoever was told before and has longer than the new grace is told again. */
  #beginStop(record: TaskRecord, grace: Millis): void {
    const { taskId } = record.spec;
    const { stop } = record;
    if (stop && stop.grace <= grace) return;
    this.#preparing.get(taskId)?.abort.abort();
    const now = Date.now();
    const sooner = Object.entries(stop?.killAt ?? {}).filter(([, at]) => at > now + grace);
    const killAt = { ...stop?.killAt, ...Object.fromEntries(sooner.map(([name]) => [name, now + grace])) };
    this.#records.change(taskId, { stop: { askedAt: stop?.askedAt ?? now, grace, killAt } });
    this.#looks.passed(taskId);
    for (const [name] of sooner) this.#stops.tell(this.#nameOf(taskId, name), now + grace);
  }

  /** Looks at all containers and concludes; many that start at once are one look, not one each. */
  async #lookAtAll(): Promise<boolean> {
    const look = await this.#looks.take().catch(() => undefined); // the Engine is away: its return is an event
    if (!look) return false;
    this.#conclude(look);
    this.#options.onChange();
    return true;
  }

  #conclude(look: Look): void {
    for (const before of look.records) {
      const { taskId } = before.spec;
      const record = this.#records.get(taskId);
      if (!record || this.#isBusy(record) || this.#closing.signal.aborted) continue;
      if (this.#looks.isOld(look, taskId)) this.#refresher.outdated();
      else this.#settle(record, this.#looks.containersOf(record, look), look.byTask.get(taskId)?.get(PAUSE));
    }
  }

  /** Writes down what the containers of a task mean for it, then does what follows. */
  #settle(record: TaskRecord, looks: readonly ContainerObservation[], pause: ContainerInspectInfo | undefined): void {
    const { taskId } = record.spec;
    const settled = settle(record, shownLooks(record, looks), Date.now());
    if (settled) this.#records.change(taskId, settled.change);
    const hasLostPause = record.isPrepared && needsPause(record.spec) && !pause?.State.Running;
    const current = this.#records.get(taskId) ?? record;
    if ((settled?.endOthers || hasLostPause) && !current.stop) this.#beginStop(current, OTHERS_GRACE);
    this.#act(taskId, looks);
  }

  #act(taskId: string, looks: readonly ContainerObservation[]): void {
    const record = this.#records.get(taskId);
    if (!record || (!record.isPrepared && !record.stop)) return;
    const now = Date.now();
    const next = conduct(record, looks, now);
    if (next.failure) return this.#fail(taskId, 'Task failed to start', next.failure.container, next.failure.reason);
    for (const container of [...next.start, ...next.restart]) this.#startContainer(record, container);
    if (next.signal.length > 0) this.#signal(record, next.signal, looks, now);
    this.#alarms.set(taskId, next.lookAgainAt);
  }

  #signal(
    { spec, stop }: TaskRecord,
    containers: readonly ContainerSpec[],
    looks: readonly ContainerObservation[],
    now: number,
  ): void {
    if (!stop) return;
    const killAt = Object.fromEntries(
      containers.map(({ name, stopTimeout }) => [name, now + Math.min(stop.grace, stopTimeout ?? stop.grace)]),
    );
    this.#records.change(spec.taskId, { stop: { ...stop, killAt: { ...stop.killAt, ...killAt } } });
    for (const container of containers) {
      const look = looks.find(({ name }) => name === container.name);
      const name = this.#nameOf(spec.taskId, container.name);
      this.#stops.tellOnceReady(name, container, look, killAt[container.name] ?? now);
    }
  }

  #startContainer({ spec }: TaskRecord, container: ContainerSpec): void {
    const { taskId } = spec;
    const hasBegun = this.#starts.begin(this.#nameOf(taskId, container.name), container, (failure) => {
      if (failure !== undefined && !this.#closing.signal.aborted)
        this.#fail(taskId, `CannotStartContainerError: ${engineMessage(failure)}`, container.name);
      this.#looks.passed(taskId);
      this.#refresher.ask();
    });
    if (hasBegun) this.#looks.passed(taskId);
  }

  /** While containers are made and started a look shows half of them; whoever is at it looks again when done. */
  #isBusy({ spec }: TaskRecord): boolean {
    const isActing = spec.containers.some(({ name }) => this.#starts.isActing(this.#nameOf(spec.taskId, name)));
    return isActing || this.#preparing.has(spec.taskId);
  }

  #nameOf(taskId: string, container: string): string {
    return containerName(this.#options.instance, taskId, container);
  }
}

/** Waits for what may hang with its Engine, though not for long. */
async function within(work: Promise<unknown>): Promise<void> {
  const done = new AbortController();
  await Promise.race([work, pause(PARTING, undefined, { signal: done.signal }).catch(() => undefined)]);
  done.abort();
}
