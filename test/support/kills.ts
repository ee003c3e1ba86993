import { EndedEarly, type SpawnedTeal } from './spawned-teal.ts';

const KILL_LIMIT_MS = 120_000;

/** Every `count`th of `all`, `count` times, in their order: what follows in a group lies far apart. */
export function strided<T>(all: readonly T[], count: number): T[][] {
  return Array.from({ length: count }, (_, first) => all.filter((_one, index) => index % count === first));
}

/**
 * Waits until Teal has died at the first checkpoint, starts one that dies at the next, and so on.
 *
 * @param teal - was started to die at the first
 * @param start - starts Teal anew on the same folder, with further arguments
 * @returns the last one, which lives on
 * @throws with what Teal said when it did not reach a checkpoint, or ended otherwise
 */
export async function dieAtEach(
  teal: SpawnedTeal,
  checkpoints: readonly string[],
  start: (more: readonly string[]) => Promise<SpawnedTeal>,
): Promise<SpawnedTeal> {
  let current: SpawnedTeal | undefined = teal;
  for (const [index, checkpoint] of checkpoints.entries()) {
    if (current) await killed(current, checkpoint);
    const next = checkpoints[index + 1];
    current = next === undefined ? await start([]) : await startOrDie(() => start(['--kill-at', next]));
  }
  return current ?? teal;
}

/** @returns `undefined` when it took up the work, and died of it, before it was ready */
async function startOrDie(start: () => Promise<SpawnedTeal>): Promise<SpawnedTeal | undefined> {
  try {
    return await start();
  } catch (cause) {
    if (cause instanceof EndedEarly && cause.signal === 'SIGKILL') return undefined;
    throw cause;
  }
}

async function killed(teal: SpawnedTeal, checkpoint: string): Promise<void> {
  const { signal } = await withLimit(teal, checkpoint).catch(async (cause: unknown) => {
    await teal.stop();
    throw cause;
  });
  if (signal !== 'SIGKILL') throw new Error(`Teal ended by itself before ${checkpoint}:\n${teal.log()}`);
}

async function withLimit(teal: SpawnedTeal, checkpoint: string): SpawnedTeal['ended'] {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const fail = (): void =>
      reject(new Error(`waited ${KILL_LIMIT_MS} ms in vain for the kill at ${checkpoint}; Teal said:\n${teal.log()}`));
    timer = setTimeout(fail, KILL_LIMIT_MS);
  });
  return Promise.race([teal.ended, late]).finally(() => clearTimeout(timer));
}
