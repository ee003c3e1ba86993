import type { LogRemoval } from '../../store/log-events.ts';
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
/** What is left of a limit that was passed, so that it is not passed again by the next event. */
const KEPT_SHARE = 0.95;

/** Keeps events within the limits: the oldest go first. Each group, and the whole, is told of once in the log. */
export function createLimits({ store, logger, limits = LIMITS }: Pick<LogsParts, 'store' | 'logger' | 'limits'>) {
  const told = new Set<string>();
  const tell = (what: string, fields: object): void => {
    if (told.has(what)) return;
    told.add(what);
    logger.warn('log events take more than their limit; the oldest are deleted from now on', { ...fields });
  };
  const keep = async (limit: number, which: LogRemoval, size: () => Promise<number>): Promise<void> => {
    let excess = (await size()) - limit * KEPT_SHARE;
    while (excess > 0 && (await store.logEvents.remove(which, BATCH, excess)) > 0)
      excess = (await size()) - limit * KEPT_SHARE;
  };
  return async ({ group: { key, name }, sizes }: Pick<StoredBatch, 'group' | 'sizes'>): Promise<void> => {
    const groupSize = async () => (await store.logEvents.sizes()).get(key) ?? 0;
    const totalSize = async () => sum((await store.logEvents.sizes()).values());
    if (sizes.group > limits.group) {
      tell(`group ${key}`, { group: name, limit: limits.group });
      await keep(limits.group, { group: key }, groupSize);
    }
    if (sizes.total > limits.total && (await totalSize()) > limits.total) {
      tell('total', { limit: limits.total });
      await keep(limits.total, 'any', totalSize);
    }
  };
}

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, one) => total + one, 0);
