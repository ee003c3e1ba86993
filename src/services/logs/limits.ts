import type { LogsParts, StoredBatch } from './deps.ts';

/** The most that log events may take, in bytes as AWS counts them; on disk it is about 1.5 times that. */
export interface LogLimits {
  readonly group: number;
  readonly total: number;
}

const MIB = 1_048_576;
export const LIMITS: LogLimits = { group: 256 * MIB, total: 1024 * MIB };

/** So many at once, that other requests wait no longer than some 20 ms. */
const BATCH = 2000;

/** Keeps events within the limits: the oldest go first. Each group, and the whole, is told of once in the log. */
export function createLimits({ store, logger, limits = LIMITS }: Pick<LogsParts, 'store' | 'logger' | 'limits'>) {
  const told = new Set<string>();
  const tell = (what: string, fields: object): void => {
    if (told.has(what)) return;
    told.add(what);
    logger.warn('log events take more than their limit; the oldest are deleted from now on', { ...fields });
  };
  return async ({ group, sizes }: Pick<StoredBatch, 'group' | 'sizes'>): Promise<void> => {
    if (sizes.group > limits.group) {
      tell(`group ${group.key}`, { group: group.name, limit: limits.group });
      while (((await store.logEvents.sizes()).get(group.key) ?? 0) > limits.group)
        if ((await store.logEvents.remove({ group: group.key }, BATCH)) === 0) break;
    }
    if (sizes.total > limits.total) {
      tell('total', { limit: limits.total });
      while (sum((await store.logEvents.sizes()).values()) > limits.total)
        if ((await store.logEvents.remove('any', BATCH)) === 0) break;
    }
  };
}

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, one) => total + one, 0);
