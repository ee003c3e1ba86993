import type { Bell } from '../../kernel/bell.ts';
import { minutes } from '../../kernel/span.ts';
import type { LogsParts } from './deps.ts';
import { groupsIn } from './records.ts';

/** Between two looks for expired events; divided by the time scale. */
const LOOK = minutes(60);
const DAY = 86_400_000;
const BATCH = 2000;

/** Deletes events that are older, by their own stamps, than their group keeps them. */
export function startRetention({ store, clock, logger }: LogsParts, wake: Bell): { close(): Promise<void> } {
  const closing = new AbortController();
  const expire = async (): Promise<void> => {
    for (const { record } of await groupsIn(store).everywhere()) {
      if (record.retentionInDays === undefined) continue;
      const before = clock.now().getTime() - record.retentionInDays * DAY;
      while (!closing.signal.aborted)
        if ((await store.logEvents.remove({ group: record.key, before }, BATCH)) < BATCH) break;
    }
  };
  const run = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      await expire().catch((cause: unknown) => logger.error('expired log events could not be deleted', { cause }));
      await wake.wait(clock.scaled(LOOK), closing.signal);
    }
  };
  const running = run();
  return {
    async close() {
      closing.abort();
      await running;
    },
  };
}

/** Deletes what a deletion of a group left when Teal died in it. */
export async function sweep({ store }: Pick<LogsParts, 'store'>): Promise<void> {
  const known = new Set((await groupsIn(store).everywhere()).map(({ record }) => record.key));
  for (const group of (await store.logEvents.sizes()).keys())
    if (!known.has(group)) while ((await store.logEvents.remove({ group }, BATCH)) > 0);
}
