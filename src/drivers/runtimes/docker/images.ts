import type Docker from 'dockerode';
import type { ImageInspectInfo } from 'dockerode';
import { unless } from './engine.ts';

/** An image of this machine; the digest is the one its registry knows it by, where one does. */
export interface HeldImage {
  readonly id?: string;
  readonly digest?: string;
}

/** The images of an Engine; many tasks that need the same one at once have it pulled once. */
export class Images {
  readonly #engine: Docker;
  readonly #closing: AbortSignal;
  readonly #coming = new Map<string, Promise<HeldImage>>();

  /** @param closing - ends pulls that are under way */
  constructor(engine: Docker, closing: AbortSignal) {
    this.#engine = engine;
    this.#closing = closing;
  }

  /**
   * Makes sure that the Engine holds an image, pulling it when it does not.
   *
   * @throws the Engine's reason, or that of the signal, while the pull goes on for others
   */
  ensure(image: string, signal: AbortSignal): Promise<HeldImage> {
    const known = this.#coming.get(image);
    if (known) return orAborted(known, signal);
    const coming = this.#ensure(image).finally(() => this.#coming.delete(image));
    this.#coming.set(image, coming);
    return orAborted(coming, signal);
  }

  async #ensure(image: string): Promise<HeldImage> {
    const found = await findImage(this.#engine, image);
    if (found) return held(found);
    // Without a tag the Engine would pull every tag there is.
    const named = hasTag(image) ? image : `${image}:latest`;
    const stream = await this.#engine.pull(named, { abortSignal: this.#closing });
    await new Promise<void>((resolve, reject) => {
      this.#engine.modem.followProgress(stream, (failure: Error | null) => (failure ? reject(failure) : resolve()));
    });
    const pulled = await findImage(this.#engine, image);
    return pulled ? held(pulled) : {};
  }
}

function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new Error('the task ended meanwhile'));
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

const findImage = async (engine: Docker, image: string): Promise<ImageInspectInfo | undefined> =>
  (await engine.getImage(image).inspect().catch(unless(404))) ?? undefined;

function held({ Id: id, RepoDigests }: ImageInspectInfo): HeldImage {
  const digest = (RepoDigests as string[] | null)?.[0]?.split('@')[1];
  return { id, ...(digest !== undefined && { digest }) };
}

const hasTag = (image: string): boolean => image.includes('@') || /:[^/]+$/.test(image);
