import type { Platform } from './platform.ts';

/** The platform that there is now: a reset puts another in its place. */
export interface CurrentPlatform {
  /** Resolves when it is ready, though it may only just be started; rejects when it cannot be. */
  get(): Promise<Platform>;
  /** Ends it and all that it started, empties the store, and starts another. */
  replace(): Promise<void>;
}

/**
 * @param ready - when the first is to be started
 * @param empty - forgets what the one before has stored
 */
export function currentPlatform(
  ready: Promise<void>,
  start: () => Promise<Platform>,
  empty: () => Promise<void>,
): CurrentPlatform {
  let current = ready.then(() => start());
  current.catch(() => undefined); // heard by who gets it; this only keeps an early failure from ending the process
  return {
    get: () => current,
    async replace() {
      current = current.then(async (running) => {
        await running.close({ leaveRunning: false });
        await empty();
        return start();
      });
      await current;
    },
  };
}
