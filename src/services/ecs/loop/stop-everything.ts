import type { Clock } from '../../../kernel/clock.ts';
import { millis, seconds, type Millis } from '../../../kernel/span.ts';
import type { EcsDeps } from '../deps.ts';
import { storeLastOutput } from '../output/follow-output.ts';
import { tasks } from '../records/task.ts';

/** For a task that the runtime holds and no record tells of. */
const GRACE = seconds(30);
/** How long the runtime may take for what it does beside waiting. */
const PATIENCE = seconds(10);

/**
 * Ends every task, waits until they have ended and removes them. Their records stay, so that the next start brings them
 * back. It never rejects: what a runtime that does not answer keeps is told, and the next start takes it up.
 */
export async function stopEverything(deps: EcsDeps): Promise<void> {
  const { store, clock, logger } = deps;
  const known = await tasks(store).everywhere();
  // Containers that depend on each other end one after another.
  const spans = known.map(({ record }) => record.stopTimeout * record.spec.containers.length);
  const longest = millis(Math.max(GRACE, ...spans) + PATIENCE);
  try {
    await within(clock, PATIENCE, deps.runtime.observe());
    await within(clock, millis(longest + PATIENCE), stopAndRemove(deps, longest));
  } catch (cause) {
    logger.warn('tasks could not be ended: the next start takes up what is left', {
      runtime: deps.runtime.name,
      cause,
    });
  }
}

async function stopAndRemove(deps: EcsDeps, longest: Millis): Promise<void> {
  const { store, runtime, clock } = deps;
  const known = await tasks(store).everywhere();
  const grace = new Map(known.map(({ id, record }) => [id, millis(record.stopTimeout)]));
  const held = await runtime.observe();
  await Promise.all(held.map(({ taskId }) => runtime.stop(taskId, grace.get(taskId) ?? GRACE)));
  const until = clock.now().getTime() + longest;
  while (clock.now().getTime() < until && (await runtime.observe()).some(({ state }) => state !== 'stopped'))
    await clock.sleep(millis(20));
  for (const { record } of await tasks(store).everywhere()) await storeLastOutput(deps, record);
  await Promise.all((await runtime.observe()).map(({ taskId }) => runtime.remove(taskId)));
}

/** @throws when it takes longer than a real span */
async function within<T>(clock: Clock, limit: Millis, work: Promise<T>): Promise<T> {
  const done = new AbortController();
  const late = clock.sleep(limit, done.signal).then(() => {
    throw new Error(`no answer within ${limit / 1000} s`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    late.catch(() => undefined);
    work.catch(() => undefined);
    done.abort();
  }
}
