import { createBell, type Bell } from '../../kernel/bell.ts';
import { millis, minutes, seconds, type Millis } from '../../kernel/span.ts';
import { finishPolicies } from './actions/policies.ts';
import type { AutoscalingDeps } from './deps.ts';
import { targetsIn } from './records.ts';
import { scaleTarget } from './scale.ts';
import { triggerDue } from './schedule/trigger.ts';

/** Between two looks while something may be scaled; divided by the time scale. */
const LOOK = seconds(10);
/** Real: looking more often would only keep the processor busy. */
const FINEST = millis(200);
/** While nothing is registered; whoever registers rings. */
const IDLE = minutes(60);

export interface Loop {
  start(): void;
  close(): Promise<void>;
}

/** Looks at every scalable target again and again, for as long as it is open. */
export function createLoop(deps: AutoscalingDeps, wake: Bell = createBell(deps.clock)): Loop {
  const closing = new AbortController();
  const look = millis(Math.max(FINEST, deps.clock.scaled(LOOK)));
  let running: Promise<void> = Promise.resolve();
  /** @returns how long to wait then */
  const once = async (): Promise<Millis> => {
    await finishPolicies(deps);
    const nextAt = await triggerDue(deps).catch((cause: unknown) => {
      deps.logger.error('scheduled actions could not be triggered; trying again', { cause });
      return undefined;
    });
    const targets = await targetsIn(deps.store).everywhere();
    for (const { scope, record } of targets)
      await scaleTarget(deps, scope, record).catch((cause: unknown) =>
        deps.logger.warn('a service was not looked at and is tried again', { resourceId: record.resourceId, cause }),
      );
    if (targets.length === 0) return IDLE;
    const untilNext = Math.max(1, (nextAt ?? Infinity) - deps.clock.now().getTime());
    return millis(Math.min(untilNext, look));
  };
  const run = async () => {
    while (!closing.signal.aborted) {
      const wait = await once().catch((cause: unknown) => {
        deps.logger.error('the scaling loop failed and goes on', { cause });
        return look;
      });
      await wake.wait(wait, closing.signal);
    }
  };
  return {
    start() {
      running = run();
    },
    async close() {
      closing.abort();
      await running;
    },
  };
}
