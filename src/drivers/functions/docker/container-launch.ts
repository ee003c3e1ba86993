import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type Docker from 'dockerode';
import type { Clock } from '../../../kernel/clock.ts';
import type { Logger } from '../../../kernel/logger.ts';
import { millis } from '../../../kernel/span.ts';
import { dockerAnswers } from '../../runtimes/docker/docker-answers.ts';
import { engineMessage, openEngine } from '../../runtimes/docker/engine.ts';
import { Images } from '../../runtimes/docker/images.ts';
import type { FunctionSpec, ImagePackage, ResolvedImage } from '../functions.ts';
import { CannotStart } from '../process/error-payload.ts';
import type { SandboxPlan } from '../process/sandbox.ts';
import { findReach, type Reach } from './container-reach.ts';
import { functionContainerOptions } from './function-container-options.ts';
import { removeFunctionContainers, startFunctionContainer } from './function-container.ts';

/** The Engine hands on what was printed before an answer within this. */
const LAST_OUTPUT = millis(30);

const NO_ENGINE = 'no Docker Engine answers on this machine: start one, or use a zip package';

export interface ContainerLauncherOptions {
  readonly folder: string;
  readonly instance: string;
  readonly logger: Logger;
  readonly clock: Clock;
}

interface Opened {
  readonly engine: Docker;
  readonly reach: Reach;
}

/**
 * Runs functions from images as containers of a Docker Engine.
 *
 * Not done: credentials for registries; an Engine on another machine or without root, which does not reach Teal's loopback.
 */
export class ContainerLauncher {
  readonly #options: ContainerLauncherOptions;
  /** Says that containers were started: a Teal that was killed finds them again by it. */
  readonly #mark: string;
  readonly #closing = new AbortController();
  #opened: Promise<Opened> | undefined;
  #sweeping: Promise<void> | undefined;

  constructor(options: ContainerLauncherOptions) {
    this.#options = options;
    this.#mark = join(options.folder, 'containers');
    if (existsSync(this.#mark)) this.#sweeping = this.#sweep();
  }

  async resolve(uri: string): Promise<ResolvedImage> {
    if (!(await dockerAnswers())) return { refused: NO_ENGINE };
    try {
      const { engine } = await this.#open();
      await new Images(engine, this.#closing.signal).ensure(uri, this.#closing.signal);
      return { id: (await engine.getImage(uri).inspect()).Id };
    } catch (cause) {
      return { refused: engineMessage(cause) };
    }
  }

  /** Makes sure that the image is here. @throws {CannotStart} */
  async plan(spec: FunctionSpec, image: ImagePackage): Promise<SandboxPlan> {
    const { clock, instance } = this.#options;
    const id = await this.#imageId(image);
    const { engine, reach } = await this.#open();
    return {
      spec,
      clock,
      outputEnds: LAST_OUTPUT,
      launch: ({ port, logStream }, onOutput) => {
        const place = { runtimeApi: `${reach.teal}:${port}`, logStream };
        return startFunctionContainer(
          engine,
          functionContainerOptions(spec, { ...image, id }, { place, reach, instance }),
          clock,
          onOutput,
        );
      },
    };
  }

  /** The image that was resolved; should it be gone, what its URI stands for now. @throws {CannotStart} */
  async #imageId({ id, uri }: ImagePackage): Promise<string> {
    if (!(await dockerAnswers())) {
      throw new CannotStart('Runtime.InvalidEntrypoint', `Teal cannot run '${uri}': ${NO_ENGINE}`);
    }
    const { engine } = await this.#open();
    const isHere = await engine
      .getImage(id)
      .inspect()
      .then(
        () => true,
        () => false,
      );
    if (isHere) return id;
    const resolved = await this.resolve(uri);
    if (resolved.refused === undefined) return resolved.id;
    throw new CannotStart('ImageAccessDenied', `Source image ${uri} is not available: ${resolved.refused}`);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#sweeping;
    if (!this.#opened) return;
    await this.#sweep();
  }

  /** The mark stands before the first container does. */
  #open(): Promise<Opened> {
    this.#opened ??= (async () => {
      await this.#sweeping;
      await mkdir(this.#options.folder, { recursive: true });
      await writeFile(this.#mark, '');
      const engine = await openEngine();
      return { engine, reach: await findReach(engine) };
    })();
    this.#opened.catch(() => (this.#opened = undefined));
    return this.#opened;
  }

  async #sweep(): Promise<void> {
    try {
      const engine = this.#opened ? (await this.#opened).engine : await openEngine();
      await removeFunctionContainers(engine, this.#options.instance);
      await rm(this.#mark, { force: true });
    } catch (cause) {
      this.#options.logger.warn('containers of functions could not be removed', { reason: engineMessage(cause) });
    }
  }
}
