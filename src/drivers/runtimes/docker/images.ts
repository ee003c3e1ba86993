import type Docker from 'dockerode';
import { unless } from './engine.ts';

/** Makes sure that the Engine holds an image, pulling it when it does not. @throws the Engine's reason */
export async function ensureImage(engine: Docker, image: string, abortSignal: AbortSignal): Promise<void> {
  if (await hasImage(engine, image)) return;
  // Without a tag the Engine would pull every tag there is.
  const stream = await engine.pull(hasTag(image) ? image : `${image}:latest`, { abortSignal });
  await new Promise<void>((resolve, reject) => {
    engine.modem.followProgress(stream, (failure: Error | null) => (failure ? reject(failure) : resolve()));
  });
}

async function hasImage(engine: Docker, image: string): Promise<boolean> {
  return (await engine.getImage(image).inspect().catch(unless(404))) !== undefined;
}

const hasTag = (image: string): boolean => image.includes('@') || /:[^/]+$/.test(image);
