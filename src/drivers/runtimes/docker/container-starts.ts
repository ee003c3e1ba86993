import type Docker from 'dockerode';
import { isRestartDue } from '../conduct.ts';
import type { ContainerObservation, ContainerSpec } from '../runtime.ts';
import { unless } from './engine.ts';

/** Starts containers, each by one call at a time. */
export class ContainerStarts {
  readonly #engine: Docker;
  /** Containers that the Engine has been asked to start and has not answered for, by name. */
  readonly #acting = new Map<string, Promise<void>>();
  /** Made by this life and not started yet: they need no look before their start. */
  readonly fresh = new Set<string>();

  constructor(engine: Docker) {
    this.#engine = engine;
  }

  isActing(name: string): boolean {
    return this.#acting.has(name);
  }

  /** Resolves when no start of the container is under way. */
  settled(name: string): Promise<void> | undefined {
    return this.#acting.get(name);
  }

  async allSettled(): Promise<void> {
    await Promise.all(this.#acting.values());
  }

  /** @returns whether a start was begun; `then` is called when it has ended, with why it failed */
  begin(name: string, container: ContainerSpec, then: (failure: unknown) => void): boolean {
    if (this.#acting.has(name)) return false;
    const acting = this.#startOnce(name, container)
      .then(
        () => undefined,
        (cause: unknown) => cause ?? new Error('unknown'),
      )
      .then((failure) => {
        this.#acting.delete(name);
        then(failure);
      });
    this.#acting.set(name, acting);
    return true;
  }

  /** Starts what has never run, or what its policy starts again: nothing that ended otherwise must run again. */
  async #startOnce(name: string, container: ContainerSpec): Promise<void> {
    const found = this.#engine.getContainer(name);
    if (this.fresh.delete(name)) return void (await found.start().catch(unless(304)));
    const { State } = await found.inspect();
    const ended: ContainerObservation = {
      name: container.name,
      state: 'stopped',
      exitCode: State.ExitCode,
      startedAt: Date.parse(State.StartedAt),
      finishedAt: Date.parse(State.FinishedAt),
      endpoints: [],
    };
    if (State.Status === 'created' || (State.Status === 'exited' && isRestartDue(container, ended)))
      await found.start().catch(unless(304));
  }
}
