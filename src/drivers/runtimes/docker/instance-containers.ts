import type Docker from 'dockerode';
import type { ContainerInfo, ContainerInspectInfo } from 'dockerode';
import { LABEL } from './names.ts';
import { engineStatus, unless, type Engines } from './engine.ts';

interface Known {
  /** As the Engine lists it, with its health or exit code: `running(healthy)`. */
  readonly state: string;
  readonly info: ContainerInspectInfo;
}

/** The containers of one Teal on an Engine, found by their labels. */
export class InstanceContainers {
  readonly #engine: Docker;
  readonly #looking: Docker;
  readonly #instance: string;
  /** What the Engine said of a container, kept while its state stays the same: an inspect costs 2 ms. */
  readonly #inspected = new Map<string, Known>();

  constructor({ engine, looking }: Engines, instance: string) {
    this.#engine = engine;
    this.#looking = looking;
    this.#instance = instance;
  }

  /** What the Engine says of every container, by task and by the container's name in it. */
  async inspectAll(): Promise<Map<string, Map<string, ContainerInspectInfo>>> {
    const byTask = new Map<string, Map<string, ContainerInspectInfo>>();
    const listed = await this.#list();
    const ids = new Set(listed.map(({ Id }) => Id));
    for (const id of this.#inspected.keys()) if (!ids.has(id)) this.#inspected.delete(id);
    const infos = await Promise.all(listed.map((one) => this.#inspect(one)));
    for (const [index, { Labels }] of listed.entries()) {
      const info = infos[index];
      if (!info) continue;
      const taskId = Labels[LABEL.task] ?? '';
      const containers = byTask.get(taskId) ?? new Map<string, ContainerInspectInfo>();
      byTask.set(taskId, containers.set(Labels[LABEL.container] ?? '', info));
    }
    return byTask;
  }

  /** Of the first process of a running container that was looked at, on the Engine's machine. */
  pidOf(id: string): number | undefined {
    return this.#inspected.get(id)?.info.State.Pid || undefined;
  }

  async removeAll(names: readonly string[]): Promise<void> {
    await Promise.all(names.map((name) => this.#remove(name)));
  }

  async removeStrays(isKnown: (taskId: string) => boolean): Promise<void> {
    for (const { Id, Labels } of await this.#list()) if (!isKnown(Labels[LABEL.task] ?? '')) await this.#remove(Id);
  }

  async #inspect({ Id: id, State, Status }: ContainerInfo): Promise<ContainerInspectInfo | undefined> {
    const state = `${State}${/\(.*\)/.exec(Status)?.[0] ?? ''}`;
    const known = this.#inspected.get(id);
    if (known?.state === state) return known.info;
    const info = await this.#looking.getContainer(id).inspect().catch(unless(404));
    if (!info) return undefined;
    // The list may be older than the answer: only what both agree on is kept.
    if (info.State.Status === State && healthAgrees(Status, info)) this.#inspected.set(id, { state, info });
    return info;
  }

  #list(): Promise<Docker.ContainerInfo[]> {
    const filters = { label: [`${LABEL.instance}=${this.#instance}`] };
    return this.#looking.listContainers({ all: true, filters });
  }

  async #remove(id: string): Promise<void> {
    const container = this.#engine.getContainer(id);
    try {
      await container.remove({ force: true, v: true });
    } catch (cause) {
      if (engineStatus(cause) === 409) await container.wait({ condition: 'removed' }).catch(unless(404));
      else if (engineStatus(cause) !== 404 && !(await isRemnant(container))) throw cause;
    }
  }
}

/**
 * Whether a container is over for good and only the Engine has not got rid of it, as when its file system is busy: it
 * tries again when it starts. No task waits for that, and no start of Teal.
 */
async function isRemnant(container: Docker.Container): Promise<boolean> {
  const info: ContainerInspectInfo | void = await container.inspect().catch(unless(404));
  return !info || (!info.State.Running && ['dead', 'removing'].includes(info.State.Status));
}

/** `Up 2 seconds (health: starting)`, or `(healthy)`; nothing without a health check. */
const healthAgrees = (listed: string, { State }: ContainerInspectInfo): boolean =>
  !State.Running || !State.Health || State.Health.Status === 'none' || listed.includes(State.Health.Status);
