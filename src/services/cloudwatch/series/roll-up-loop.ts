import type { Clock } from '../../../kernel/clock.ts';
import type { Logger } from '../../../kernel/logger.ts';
import { minutes } from '../../../kernel/span.ts';
import { rollUp, type RollUpOptions } from './roll-up.ts';

const EVERY = minutes(5);

export interface RollUpLoop {
  start(): void;
  close(): Promise<void>;
}

export function createRollUpLoop(
  options: RollUpOptions & { readonly clock: Clock; readonly logger: Logger },
): RollUpLoop {
  const { clock, logger } = options;
  const closing = new AbortController();
  let running: Promise<void> = Promise.resolve();
  const run = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      await rollUp({ ...options, signal: closing.signal }, clock.now().getTime()).catch((cause: unknown) =>
        logger.error('metrics could not be rolled up', { cause }),
      );
      await clock.sleep(clock.scaled(EVERY), closing.signal);
    }
  };
  return {
    start: () => void (running = run()),
    async close() {
      closing.abort();
      await running;
    },
  };
}
