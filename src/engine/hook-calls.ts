import { seconds } from '../kernel/span.ts';
import { isTransient } from './decide/faults.ts';
import { type Deployment, isTerminal } from './deployment.ts';
import { hookPayload } from './hook-payload.ts';
import { type HookAnswer, PortError } from './ports.ts';
import { answerStageHook } from './stage-hooks.ts';
import type { StageHookRun } from './stages.ts';
import type { TurnDeps } from './turn.ts';

/**
 * The calls of stage hooks' functions that are under way. They take minutes, and a deployment must hear of alarms and
 * stops meanwhile, so its loop does not wait for them: answers are stored, and then it is woken.
 */
export interface HookCalls {
  begin(deployment: Deployment, run: StageHookRun): void;
  /** Ids of hooks, not of calls. */
  running(): readonly string[];
  /** Gives up all calls; their functions are called again by the next engine. */
  close(): Promise<void>;
}

/** Where the function could not be asked, it is asked again then; as long as one that does not say. Source: §9.2. */
const ASK_AGAIN = seconds(30);

export function createHookCalls(deps: Omit<TurnDeps, 'calls'>, ring: () => void): HookCalls {
  const { clock, logger, ports, checkpoint } = deps;
  const running = new Map<string, Promise<void>>();
  const closing = new AbortController();

  const ask = async (deployment: Deployment, run: StageHookRun): Promise<HookAnswer> => {
    try {
      const payload = hookPayload(deployment, run);
      return await ports.hooks.call(deployment.scope, run.hook.functionArn ?? '', payload, closing.signal);
    } catch (cause) {
      if (!(cause instanceof PortError)) throw cause;
      const message = cause.message;
      return isTransient(cause)
        ? { status: 'IN_PROGRESS', callAgainAfter: ASK_AGAIN, message }
        : { status: 'FAILED', message };
    }
  };

  const call = async (deployment: Deployment, run: StageHookRun): Promise<void> => {
    const answer = await ask(deployment, run);
    if (closing.signal.aborted) return;
    await ports.deployments.change(deployment.scope, deployment.id, (current) => {
      if (isTerminal(current.status)) return undefined;
      const now = clock.now().getTime();
      return { deployment: answerStageHook(current, run.id, answer, now, (span) => clock.scaled(span)) };
    });
    checkpoint('engine.hook-answer.recorded');
  };

  return {
    begin(deployment, run) {
      if (running.has(run.id) || closing.signal.aborted) return;
      const done = call(deployment, run)
        .catch((cause: unknown) => {
          if (!closing.signal.aborted) logger.error('a hook could not be called', { hookId: run.id, cause });
        })
        .finally(() => {
          running.delete(run.id);
          ring();
        });
      running.set(run.id, done);
    },
    running: () => [...running.keys()],
    async close() {
      closing.abort();
      await Promise.all(running.values());
    },
  };
}
