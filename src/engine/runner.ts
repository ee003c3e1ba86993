import type { Bell } from '../kernel/bell.ts';
import { createBell } from '../kernel/bell.ts';
import { seconds } from '../kernel/span.ts';
import type { Deployment } from './deployment.ts';
import type { Engine } from './engine.ts';
import { createHookCalls } from './hook-calls.ts';
import { type Loop, startLoop } from './loop.ts';
import type { TurnDeps } from './turn.ts';

export { ENGINE_CHECKPOINTS, NATIVE_CHECKPOINTS, ROLLBACK_CHECKPOINTS } from './checkpoints.ts';

/** How often deployments that nobody rang for are looked for. */
const SEARCH_PERIOD = seconds(1);

export interface EngineDeps extends Omit<TurnDeps, 'calls'> {
  readonly bell: Bell;
}

/**
 * Builds the engine: a loop for every deployment that is not terminal, found in the store at start and after every ring.
 * Closing it leaves the deployments as they stand.
 */
export function createEngine(deps: EngineDeps): Engine {
  const closing = new AbortController();
  const loops = new Map<string, Loop>();
  const calls = createHookCalls(deps, () => ringAll());
  const search = createBell(deps.clock);
  let stopListening = (): void => undefined;
  let searching: Promise<void> = Promise.resolve();

  const take = (deployment: Deployment): void => {
    const key = laneOf(deployment);
    if (loops.has(key) || closing.signal.aborted) return;
    const loop = startLoop({ ...deps, calls }, deployment, closing.signal);
    loops.set(key, loop);
    // A deployment that is over may have left a rollback behind.
    void loop.ended.then(() => {
      loops.delete(key);
      search.ring();
    });
  };
  const takeAll = async (): Promise<void> => {
    for (const deployment of await deps.ports.deployments.active()) take(deployment);
  };
  const run = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      await takeAll().catch((cause: unknown) => deps.logger.error('deployments could not be read', { cause }));
      await search.wait(SEARCH_PERIOD, closing.signal);
    }
  };
  const ringAll = (): void => {
    search.ring();
    for (const loop of loops.values()) loop.ring();
  };

  return {
    async start() {
      stopListening = deps.bell.listen(ringAll);
      await takeAll();
      searching = run();
    },
    wake: ringAll,
    async close() {
      stopListening();
      closing.abort();
      await searching;
      await Promise.all([...loops.values()].map((loop) => loop.ended));
      await calls.close();
    },
  };
}

/**
 * A loop at a time for each lane. Deployments of an ECS service share one: a newer one supersedes the older at once, and
 * must not begin while an act of that one is under way.
 */
function laneOf({ scope, id, deploymentGroupId, release }: Deployment): string {
  return `${scope.account}/${scope.region}/${release.native ? deploymentGroupId : id}`;
}
