import type Docker from 'dockerode';
import type { ContainerInspectInfo } from 'dockerode';
import { LABEL } from './container-options.ts';
import { unless } from './engine.ts';

/** The containers of one Teal on an Engine, found by their labels. */
export class InstanceContainers {
  readonly #engine: Docker;
  readonly #instance: string;
  /** What the Engine said of a container, kept while its state stays the same: an inspect costs 2 ms. */
  readonly #inspected = new Map<string, { readonly state: string; readonly info: ContainerInspectInfo }>();

  constructor(engine: Docker, instance: string) {
    this.#engine = engine;
    this.#instance = instance;
  }

  /** What the Engine says of every container, by task and by the container's name in it. */
  async inspectAll(): Promise<Map<string, Map<string, ContainerInspectInfo>>> {
    const byTask = new Map<string, Map<string, ContainerInspectInfo>>();
    for (const { Id, State, Labels } of await this.#list()) {
      const info = await this.#inspect(Id, State);
      if (!info) continue;
      const taskId = Labels[LABEL.task] ?? '';
      const containers = byTask.get(taskId) ?? new Map<string, ContainerInspectInfo>();
      byTask.set(taskId, containers.set(Labels[LABEL.container] ?? '', info));
    }
    return byTask;
  }

  async removeTask(taskId: string): Promise<void> {
    for (const { Id } of await this.#list(`${LABEL.task}=${taskId}`)) await this.#remove(Id);
  }

  async removeStrays(isKnown: (taskId: string) => boolean): Promise<void> {
    for (const { Id, Labels } of await this.#list()) if (!isKnown(Labels[LABEL.task] ?? '')) await this.#remove(Id);
  }

  async #inspect(id: string, state: string): Promise<ContainerInspectInfo | undefined> {
    const known = this.#inspected.get(id);
    if (known?.state === state) return known.info;
    const info = await this.#engine.getContainer(id).inspect().catch(unless(404));
    if (!info) return undefined;
    // The list may be older than the answer: only what both agree on is kept.
    if (info.State.Status === state) this.#inspected.set(id, { state, info });
    return info;
  }

  #list(...labels: string[]): Promise<Docker.ContainerInfo[]> {
    const filters = { label: [`${LABEL.instance}=${this.#instance}`, ...labels] };
    return this.#engine.listContainers({ all: true, filters });
  }

  async #remove(id: string): Promise<void> {
    this.#inspected.delete(id);
    const container = this.#engine.getContainer(id);
    const isRemoving = await container.remove({ force: true, v: true }).then(
      () => false,
      (cause: unknown) => {
        unless(404, 409)(cause);
        return true;
      },
    );
    if (isRemoving) await container.wait({ condition: 'removed' }).catch(unless(404));
  }
}
