import type Docker from 'dockerode';
import type { ContainerObservation, ContainerSpec } from '../runtime.ts';
import type { EngineFacts } from './engine-facts.ts';
import { initLook, PATIENCE, untilInitListens, YOUNG } from './first-signal.ts';
import { hasInit } from './host-config.ts';
import type { InstanceContainers } from './instance-containers.ts';

export interface ContainerStopsOptions {
  readonly engine: Docker;
  readonly containers: InstanceContainers;
  readonly facts: EngineFacts;
  /** Ends what is asked of the Engine; what it has begun goes on. */
  readonly closing: AbortSignal;
  /** A container has ended, or could not be told to. */
  readonly onOver: () => void;
}

/** Tells containers to end, each at a time when it can hear it. */
export class ContainerStops {
  readonly #options: ContainerStopsOptions;

  constructor(options: ContainerStopsOptions) {
    this.#options = options;
  }

  /** Has the Engine itself wait out the grace, in whole seconds, so that a crash of Teal changes nothing. */
  tell(name: string, killAt: number): void {
    const { engine, closing, onOver } = this.#options;
    const t = Math.max(0, Math.ceil((killAt - Date.now()) / 1000));
    void engine
      .getContainer(name)
      .stop({ t, abortSignal: closing })
      .catch(() => undefined)
      .then(onOver);
  }

  /** Tells a container whose init may still be on its way to be ready for a signal, once it is. */
  tellOnceReady(name: string, container: ContainerSpec, look: ContainerObservation | undefined, killAt: number): void {
    const now = Date.now();
    const isYoung = hasInit(container) && now - (look?.startedAt ?? 0) < YOUNG;
    if (!isYoung) return this.tell(name, killAt);
    const wait = Math.min(PATIENCE, (killAt - now) / 2); // what is left is the program's
    void this.#untilListens(look?.runtimeId ?? '', now + wait).then(() => this.tell(name, killAt));
  }

  async #untilListens(id: string, until: number): Promise<void> {
    const { engine, containers, facts, closing } = this.#options;
    const pid = containers.pidOf(id);
    const look = initLook(engine.getContainer(id), pid ?? 0, facts.isHere && pid !== undefined);
    await untilInitListens(look, until, closing);
  }
}
