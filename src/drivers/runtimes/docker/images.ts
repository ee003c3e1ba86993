import type Docker from 'dockerode';
import type { ImageInspectInfo } from 'dockerode';
import { unless } from './engine.ts';

/**
 * Makes sure that the Engine holds an image, pulling it when it does not.
 *
 * @returns the digest its registry knows it by; `undefined` for an image of no registry
 * @throws the Engine's reason
 */
export async function ensureImage(
  engine: Docker,
  image: string,
  abortSignal: AbortSignal,
): Promise<string | undefined> {
  const found = await findImage(engine, image);
  if (found) return digestOf(found);
  // Without a tag the Engine would pull every tag there is.
  const stream = await engine.pull(hasTag(image) ? image : `${image}:latest`, { abortSignal });
  await new Promise<void>((resolve, reject) => {
    engine.modem.followProgress(stream, (failure: Error | null) => (failure ? reject(failure) : resolve()));
  });
  const pulled = await findImage(engine, image);
  return pulled && digestOf(pulled);
}

const findImage = async (engine: Docker, image: string): Promise<ImageInspectInfo | undefined> =>
  (await engine.getImage(image).inspect().catch(unless(404))) ?? undefined;

const digestOf = ({ RepoDigests }: ImageInspectInfo): string | undefined =>
  (RepoDigests as string[] | null)?.[0]?.split('@')[1];

const hasTag = (image: string): boolean => image.includes('@') || /:[^/]+$/.test(image);
