import type Docker from 'dockerode';
import type { ContainerInspectInfo } from 'dockerode';
import { millis, seconds, type Millis } from '../../../kernel/span.ts';
import { observation } from '../observation.ts';
import type {
  ContainerObservation,
  ContainerSpec,
  Runtime,
  RuntimeOptions,
  TaskObservation,
  TaskSpec,
} from '../runtime.ts';
import { settle } from '../settle.ts';
import { openTaskRecords, type TaskRecord } from '../task-records.ts';
import { containerName, containerOptions, networkOwner } from './container-options.ts';
import { engineMessage, engineStatus, openEngine, unless } from './engine.ts';
import { followEvents } from './follow-events.ts';
import { ensureImage } from './images.ts';
import { observeContainers } from './inspected.ts';
import { InstanceContainers } from './instance-containers.ts';
import { readContainerLog } from './output.ts';
import { removeNetwork } from './task-network.ts';
import { TaskPlace } from './task-place.ts';
import { readUsage } from './usage.ts';

export interface DockerRuntimeOptions extends RuntimeOptions {
  /** `DOCKER_HOST`, else the usual socket, unless given. */
  readonly socketPath?: string;
}

/** ECS's default stop timeout: what the others get when an essential container has ended. */
const OTHERS_GRACE = seconds(30);

/**
 * Runs tasks as containers of a Docker Engine.
 *
 * Not done: volumes, links, dependencies between containers, health checks of containers, log drivers, registry
 * credentials, task-level limits.
 */
export async function createDockerRuntime(options: DockerRuntimeOptions): Promise<Runtime> {
  const engine = await openEngine(options.socketPath);
  const runtime = new DockerRuntime(options, engine, await isRouted(engine));
  await runtime.open();
  return runtime;
}

/** Container addresses answer only where the Engine shares this machine's network: not in a VM, not rootless. */
async function isRouted(engine: Docker): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  const info = (await engine.info()) as { OperatingSystem?: string; SecurityOptions?: string[] };
  const isRootless = (info.SecurityOptions ?? []).some((option) => option.includes('rootless'));
  return !isRootless && !/Docker Desktop/.test(info.OperatingSystem ?? '');
}

class DockerRuntime implements Runtime {
  readonly name = 'docker';
  readonly #options: DockerRuntimeOptions;
  readonly #engine: Docker;
  readonly #isRouted: boolean;
  readonly #records;
  readonly #starting = new Map<string, { readonly done: Promise<void>; readonly abort: AbortController }>();
  readonly #closing = new AbortController();
  readonly #containers: InstanceContainers;
  readonly #place: TaskPlace;
  #stopFollowing: () => void = () => undefined;

  constructor(options: DockerRuntimeOptions, engine: Docker, routed: boolean) {
    this.#options = options;
    this.#engine = engine;
    this.#isRouted = routed;
    this.#records = openTaskRecords(options.folder);
    this.#containers = new InstanceContainers(engine, options.instance);
    this.#place = new TaskPlace(engine, options, routed);
  }

  /** Takes up what earlier lives left: strays end, half-made starts and stops go on. */
  async open(): Promise<void> {
    await this.#containers.removeStrays((taskId) => this.#records.get(taskId) !== undefined);
    const unfinished = this.#records.all().filter(({ stoppedAt }) => stoppedAt === undefined);
    if (unfinished.length > 0) await this.#place.get();
    for (const record of unfinished) {
      if (record.stop) this.#signalStop(record, record.stop.killAt);
      else if (record.startedAt === undefined) void this.#once(record);
    }
    this.#stopFollowing = followEvents(this.#engine, this.#options.instance, () => void this.#refresh());
  }

  async start(task: TaskSpec): Promise<void> {
    if (this.#records.get(task.taskId)) return;
    const record: TaskRecord = { spec: task };
    this.#records.save(record);
    void this.#once(record); // a pull may take minutes; `observe` tells
  }

  async stop(taskId: string, grace: Millis): Promise<void> {
    const record = this.#records.get(taskId);
    if (!record || record.stoppedAt !== undefined) return;
    this.#beginStop(record, grace);
    this.#options.onChange();
  }

  async remove(taskId: string): Promise<void> {
    const record = this.#records.get(taskId);
    if (!record) return;
    if (record.stoppedAt === undefined) this.#beginStop(record, millis(0));
    await this.#starting.get(taskId)?.done;
    await this.#containers.removeTask(taskId);
    this.#records.forget(taskId);
  }

  async observe(): Promise<readonly TaskObservation[]> {
    const looks = await this.#look();
    for (const record of this.#records.all()) this.#settle(record, looks.get(record.spec.taskId));
    return this.#records
      .all()
      .map((record) => observation(record, looks.get(record.spec.taskId) ?? this.#tell(record, new Map())));
  }

  async readOutput(taskId: string, container: string, from: string | undefined): ReturnType<Runtime['readOutput']> {
    if (!this.#records.get(taskId)) return { lines: [], next: from, isAll: true };
    const found = this.#engine.getContainer(containerName(this.#options.instance, taskId, container));
    // Looked at first: what it printed before it ended is in the log by then.
    const info: ContainerInspectInfo | void = await found.inspect().catch(unless(404));
    return info
      ? readContainerLog(found, from, info.State.Status === 'exited')
      : { lines: [], next: from, isAll: true };
  }

  async usage(): ReturnType<Runtime['usage']> {
    const running = this.#records.all().filter(({ startedAt, stoppedAt }) => startedAt && stoppedAt === undefined);
    return readUsage(this.#engine, this.#options.instance, running);
  }

  refuse(): string | undefined {
    return undefined;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#stopFollowing();
    await Promise.all([...this.#starting.values()].map(({ done }) => done));
    await this.#place.close();
    const isIdle = this.#records.all().every(({ stoppedAt }) => stoppedAt !== undefined);
    if (isIdle) await removeNetwork(this.#engine, this.#options.instance).catch(() => undefined);
  }

  #once(record: TaskRecord): Promise<void> {
    const { taskId } = record.spec;
    const abort = new AbortController();
    const done = this.#run(record, AbortSignal.any([abort.signal, this.#closing.signal])).finally(() => {
      this.#starting.delete(taskId);
      return this.#refresh();
    });
    this.#starting.set(taskId, { done, abort });
    return done;
  }

  /** Brings a task's containers up from wherever an earlier attempt left them. */
  async #run({ spec }: TaskRecord, signal: AbortSignal): Promise<void> {
    const owner = networkOwner(spec);
    const ordered = [...spec.containers].sort((a, b) => Number(b === owner) - Number(a === owner));
    const steps = [
      ...ordered.map(
        ({ image }) => ['CannotPullContainerError', () => ensureImage(this.#engine, image, signal)] as const,
      ),
      ...ordered.map((one) => ['CannotCreateContainerError', () => this.#create(spec, one)] as const),
      ...ordered.map((one) => ['CannotStartContainerError', () => this.#startContainer(spec, one)] as const),
    ];
    for (const [fault, act] of steps) {
      if (signal.aborted) break;
      try {
        await act();
      } catch (cause) {
        if (!signal.aborted) this.#fail(spec.taskId, `${fault}: ${engineMessage(cause)}`);
        break;
      }
    }
    // A stop that came meanwhile found some containers not yet started.
    const record = this.#records.get(spec.taskId);
    if (record?.stop) this.#signalStop(record, record.stop.killAt);
  }

  async #create(task: TaskSpec, container: ContainerSpec): Promise<void> {
    const placement = await this.#place.get();
    await this.#engine.createContainer(containerOptions(task, container, placement)).catch((cause: unknown) => {
      if (engineStatus(cause) === 404) this.#place.forget(); // the network may be what is gone
      unless(409)(cause);
    });
  }

  /** Starts a container that has never run: one that ran and ended while Teal was away must not run again. */
  async #startContainer(task: TaskSpec, container: ContainerSpec): Promise<void> {
    const found = this.#engine.getContainer(containerName(this.#options.instance, task.taskId, container.name));
    const { State } = await found.inspect();
    if (State.Status === 'created') await found.start().catch(unless(304));
  }

  #fail(taskId: string, startFailure: string): void {
    this.#records.change(taskId, { startFailure });
    const record = this.#records.get(taskId);
    if (record && !record.stop) this.#beginStop(record, OTHERS_GRACE);
    this.#options.onChange();
  }

  #beginStop(record: TaskRecord, grace: Millis): void {
    const now = Date.now();
    const killAt = Math.min(now + grace, record.stop?.killAt ?? Infinity);
    if (record.stop && record.stop.killAt <= killAt) return;
    this.#starting.get(record.spec.taskId)?.abort.abort();
    this.#records.change(record.spec.taskId, { stop: { askedAt: record.stop?.askedAt ?? now, killAt } });
    this.#signalStop(record, killAt);
  }

  /** Has the Engine itself wait out the grace, in whole seconds, so that a crash of Teal changes nothing. */
  #signalStop({ spec }: TaskRecord, killAt: number): void {
    const t = Math.max(0, Math.ceil((killAt - Date.now()) / 1000));
    const stops = spec.containers.map((container) =>
      this.#engine
        .getContainer(containerName(this.#options.instance, spec.taskId, container.name))
        .stop({ t, abortSignal: this.#closing.signal })
        .catch(() => undefined),
    );
    void Promise.all(stops).then(() => this.#refresh());
  }

  async #refresh(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    const looks = await this.#look().catch(() => undefined); // the Engine is away: its return is an event
    if (!looks) return;
    let isChanged = false;
    for (const record of this.#records.all()) {
      isChanged = this.#settle(record, looks.get(record.spec.taskId)) || isChanged;
    }
    this.#options.onChange();
  }

  #settle(record: TaskRecord, look: readonly ContainerObservation[] | undefined): boolean {
    const { taskId } = record.spec;
    // While its containers are being made, a look shows half of them.
    if (this.#starting.has(taskId) || !look) return false;
    const settled = settle(record, look, Date.now());
    if (!settled) return false;
    this.#records.change(taskId, settled.change);
    if (settled.endOthers) this.#beginStop({ ...record, ...settled.change }, OTHERS_GRACE);
    return true;
  }

  async #look(): Promise<Map<string, ContainerObservation[]>> {
    const byTask = await this.#containers.inspectAll();
    return new Map(
      this.#records.all().map((record) => {
        const { taskId } = record.spec;
        return [taskId, this.#tell(record, byTask.get(taskId) ?? new Map<string, ContainerInspectInfo>())];
      }),
    );
  }

  #tell(record: TaskRecord, inspected: ReadonlyMap<string, ContainerInspectInfo>): ContainerObservation[] {
    return observeContainers(record, inspected, { isRouted: this.#isRouted });
  }
}
