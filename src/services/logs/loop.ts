import type { Bell } from '../../kernel/bell.ts';
import type { Scope } from '../../kernel/scope.ts';
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
    for (const { scope, id, record } of await groupsIn(store).everywhere()) {
      if (record.retentionInDays === undefined) continue;
      while (!closing.signal.aborted) if (!(await expireSome(scope, id))) break;
    }
  };
  /** @returns whether there may be more of the group */
  const expireSome = (scope: Scope, name: string): Promise<boolean> =>
    store.transaction(async (tx) => {
      // Read each time: whoever had it keep them longer has been told that it does.
      const group = await groupsIn(tx).get(scope, name);
      if (group?.retentionInDays === undefined) return false;
      const before = clock.now().getTime() - group.retentionInDays * DAY;
      return (await tx.logEvents.remove({ group: group.key, before }, BATCH)) === BATCH;
    });
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
  const groups = [...(await store.logEvents.sizes()).keys()];
  // Read afterwards: a group that others make at this moment is among these before it has events.
  const known = new Set((await groupsIn(store).everywhere()).map(({ record }) => record.key));
  for (const group of groups) if (!known.has(group)) while ((await store.logEvents.remove({ group }, BATCH)) > 0);
}
