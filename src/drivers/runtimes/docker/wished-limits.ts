import type Docker from 'dockerode';
import type { ContainerSpec } from '../runtime.ts';
import { engineMessage, unless } from './engine.ts';
import { containerPrefix } from './names.ts';
import { ensurePauseImage, PAUSE_COMMAND } from './pause-image.ts';

type Ulimit = NonNullable<ContainerSpec['ulimits']>[number];

/**
 * Gives containers the limits that they would like to have where the Engine can: one that may not raise its own, as in
 * a container, starts nothing with higher ones. It is tried once, which takes a tenth of a second.
 */
export class WishedLimits {
  readonly #engine: Docker;
  readonly #instance: string;
  readonly #note: (text: string) => void;
  readonly #tried = new Map<string, Promise<boolean>>();

  constructor(engine: Docker, instance: string, note: (text: string) => void) {
    this.#engine = engine;
    this.#instance = instance;
    this.#note = note;
  }

  /** The container without those of its wishes that the Engine cannot grant. */
  async grant(container: ContainerSpec): Promise<ContainerSpec> {
    const { ulimits = [] } = container;
    if (!ulimits.some(({ isWish }) => isWish)) return container;
    const granted: Ulimit[] = [];
    for (const limit of ulimits) if (!limit.isWish || (await this.#canGive(limit))) granted.push(limit);
    return { ...container, ulimits: granted };
  }

  #canGive(limit: Ulimit): Promise<boolean> {
    const key = `${limit.name} ${limit.soft} ${limit.hard}`;
    const known = this.#tried.get(key) ?? this.#try(limit);
    this.#tried.set(key, known);
    return known;
  }

  async #try({ name, soft, hard }: Ulimit): Promise<boolean> {
    const called = `${containerPrefix(this.#instance)}limits`;
    const probe = this.#engine.getContainer(called);
    const remove = () => probe.remove({ force: true }).catch(() => undefined);
    try {
      await remove(); // of a life that ended here
      await this.#engine.createContainer({
        name: called,
        Image: await ensurePauseImage(this.#engine),
        Cmd: PAUSE_COMMAND,
        HostConfig: { NetworkMode: 'none', Ulimits: [{ Name: name, Soft: soft, Hard: hard }] },
      });
      await probe.start().catch(unless(304));
      return true;
    } catch (cause) {
      // Whatever else is wrong is the task's own to find out.
      if (!engineMessage(cause).includes('rlimit')) return true;
      this.#note(`containers have the Engine's own limit '${name}': it cannot give them ${soft}, as Fargate does`);
      return false;
    } finally {
      await remove();
    }
  }
}
