import type { TargetHealth } from '../../../aws/targets.ts';
import { createBell } from '../../../kernel/bell.ts';
import { millis } from '../../../kernel/span.ts';
import type { EcsDeps } from '../deps.ts';
import type { TaskRecord } from '../records/task.ts';
import { change } from './task-work.ts';
import { IDLE, runPass, type PassMemory } from './pass.ts';
import { scaledSpec } from './scaled-spec.ts';
import { stopEverything } from './stop-everything.ts';
import { createChangeTeller } from './tell-changes.ts';
import { createAlarmWatch } from './watch-alarms.ts';

/** While something is on its way; while nothing is, changes ring and the timer is a safety net. */
const BUSY = millis(100);

export interface Loop {
  /** Resolves after the first pass: what the store and the runtime hold has been taken up. */
  start(): Promise<void>;
  /** Ends the loop once the pass that runs is over; tasks go on. */
  close(): Promise<void>;
  /** Ends the loop and then every task; their records stay, so that the next start brings them back. */
  stopAllTasks(): Promise<void>;
}

/** Makes the recorded wishes of ECS true, for as long as it is open. */
export function createLoop(deps: EcsDeps): Loop {
  const closing = new AbortController();
  const starting = new Map<string, Promise<void>>();
  const lastHealth = new Map<string, readonly TargetHealth[]>();
  // A bell of our own, because a ring that another waiter has taken would be lost to us.
  const wake = createBell(deps.clock);
  let running: Promise<void> = Promise.resolve();
  let isListening: (() => void) | undefined;

  const memory: PassMemory = {
    get starting() {
      return new Set(starting.keys());
    },
    lastHealth,
    teller: createChangeTeller(deps),
    alarms: createAlarmWatch(deps),
    begin(task) {
      const done = beginTask(deps, task).finally(() => {
        starting.delete(task.id);
        wake.ring();
      });
      starting.set(task.id, done);
    },
  };

  let isRinging = false;
  const ringOthers = () => {
    isRinging = true;
    deps.bell.ring();
    isRinging = false;
  };

  let lastTrouble: string | undefined;
  const once = async () => {
    try {
      const outcome = await runPass(deps, memory);
      if (lastTrouble !== undefined) deps.logger.info('the ECS loop works again');
      lastTrouble = undefined;
      if (outcome.changed) ringOthers();
      return outcome.progressed ? millis(1) : outcome.isSettled ? IDLE : BUSY;
    } catch (cause) {
      // A runtime that is away fails each pass alike.
      if (String(cause) !== lastTrouble) deps.logger.error('the ECS loop failed and goes on', { cause });
      lastTrouble = String(cause);
      return IDLE;
    }
  };
  const run = async (first: typeof IDLE) => {
    let wait = first;
    while (!closing.signal.aborted) {
      await wake.wait(wait, closing.signal);
      if (!closing.signal.aborted) wait = await once();
    }
  };
  const close = async () => {
    closing.abort();
    isListening?.();
    await running;
    await Promise.all(starting.values());
  };

  return {
    async start() {
      isListening = deps.bell.listen(() => {
        if (!isRinging) wake.ring();
      });
      running = run(await once());
    },
    close,
    async stopAllTasks() {
      await close();
      await stopEverything(deps);
    },
  };
}

/** Asks the runtime to start a task; a runtime that cannot even be asked is a failure to start. */
async function beginTask(deps: EcsDeps, task: TaskRecord): Promise<void> {
  try {
    await deps.runtime.start(scaledSpec(task.spec, deps.clock));
    deps.checkpoint('ecs.task.started');
  } catch (cause) {
    deps.logger.warn('a task could not be started', { taskId: task.id, cause });
    const reason = `CannotStartContainerError: ${cause instanceof Error ? cause.message : String(cause)}`;
    const { account, region } = task.spec;
    await change({ deps, scope: { account, region }, task }, (current) => ({ ...current, unserved: reason }));
  }
}
