import type Docker from 'dockerode';
import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { ContainerInspectInfo } from 'dockerode';
import type { Millis } from '../../../kernel/span.ts';
import type { Machine, Runtime, RuntimeOptions, TaskObservation, TaskSpec } from '../runtime.ts';
import { openTaskRecords, type TaskRecord } from '../task-records.ts';
import { ContainerStarts } from './container-starts.ts';
import { factsOf, type EngineFacts } from './engine-facts.ts';
import { openEngines, unless, type Engines } from './engine.ts';
import { followEvents } from './follow-events.ts';
import { Images } from './images.ts';
import { InstanceContainers } from './instance-containers.ts';
import { Looks } from './looks.ts';
import { containerName } from './names.ts';
import { readContainerLog } from './output.ts';
import { needsPause, PAUSE } from './shared-namespaces.ts';
import { TaskConductor } from './task-conductor.ts';
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
  readonly #closing = new AbortController();
  readonly #containers: InstanceContainers;
  readonly #place: TaskPlace;
  readonly #groups: TaskGroups;
  readonly #starts: ContainerStarts;
  readonly #looks: Looks;
  readonly #conductor: TaskConductor;
  #stopFollowing: () => void = () => undefined;

  constructor(options: DockerRuntimeOptions, engines: Engines, facts: EngineFacts) {
    const { engine, looking } = engines;
    const { instance, onChange, note = () => undefined } = options;
    const closing = this.#closing.signal;
    this.#options = options;
    this.#engine = engine;
    this.#looking = looking;
    this.machine = facts.machine;
    const records = (this.#records = openTaskRecords(options.folder));
    const containers = (this.#containers = new InstanceContainers(engines, instance));
    const starts = (this.#starts = new ContainerStarts(engine));
    const looks = (this.#looks = new Looks(containers, records, facts));
    const place = (this.#place = new TaskPlace(engine, options, facts));
    const groups = (this.#groups = new TaskGroups(instance, facts, note));
    const limits = new WishedLimits(engine, instance, note);
    const images = new Images(engine, closing);
    const preparation = { engine, place, groups, images, limits, fresh: starts.fresh, instance };
    const acting = { engine, facts, instance, records, containers, looks, starts };
    this.#conductor = new TaskConductor({ ...acting, preparation, closing, onChange });
    setMaxListeners(0, closing); // one for every task on its way
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
    for (const record of unfinished) this.#conductor.takeUp(record);
    this.#stopFollowing = followEvents(this.#engine, this.#options.instance, () => this.#conductor.lookAgain());
  }

  async start(task: TaskSpec): Promise<void> {
    if (this.#records.get(task.taskId)) return;
    const record: TaskRecord = { spec: task, pullStartedAt: Date.now() };
    this.#records.save(record);
    this.#conductor.takeUp(record); // a pull may take minutes; `observe` tells
  }

  async stop(taskId: string, grace: Millis): Promise<void> {
    const record = this.#records.get(taskId);
    if (!record || record.stoppedAt !== undefined) return;
    this.#conductor.stop(record, grace);
    this.#options.onChange();
  }

  async remove(taskId: string): Promise<void> {
    const record = this.#records.get(taskId);
    if (!record) return;
    await this.#conductor.end(record);
    const names = [...record.spec.containers.map(({ name }) => name), ...(needsPause(record.spec) ? [PAUSE] : [])];
    await this.#containers.removeAll(names.map((name) => this.#nameOf(taskId, name)));
    for (const name of names) this.#starts.fresh.delete(this.#nameOf(taskId, name));
    // What is left of a group goes at the next start.
    await this.#groups.remove(record.spec).catch(() => undefined);
    if (record.spec.volumes?.length) await removeVolumes(this.#engine, this.#options.instance, (id) => id === taskId);
    this.#conductor.forget(taskId);
    this.#records.forget(taskId);
  }

  async observe(): Promise<readonly TaskObservation[]> {
    const look = await this.#looks.recent();
    this.#conductor.conclude(look);
    return this.#records.all().map((record) => this.#looks.observationOf(record, look));
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
    await within(this.#conductor.close());
    await within(this.#place.close(this.#records.all().every(({ stoppedAt }) => stoppedAt !== undefined)));
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
