import type { Bell } from '../../kernel/bell.ts';
import { newId } from '../../kernel/ids.ts';
import type { Scope } from '../../kernel/scope.ts';
import { millis, minutes, type Millis } from '../../kernel/span.ts';
import type { Kept } from '../../store/store.ts';
import type { LambdaTools } from './deps.ts';
import { afterAttempt } from './event-attempt.ts';
import { functionSpec } from './function-spec.ts';
import { printTo } from './print-to.ts';
import { functionsIn, invocationsIn, type InvocationRecord } from './records.ts';

/** Nothing depends on it: a wish that nobody rang for is found then. */
const LONGEST_WAIT = minutes(1);
const AFTER_TROUBLE = millis(1000);

/** Completes updates of functions and performs Event invocations. */
export interface LambdaLoop {
  /** Ends the loop; invocations under way stay promised and are performed at the next start. */
  close(): Promise<void>;
}

export function startLambdaLoop(tools: LambdaTools, bell: Bell): LambdaLoop {
  const closing = new AbortController();
  const performing = new Map<string, Promise<void>>();
  const writing = new Set<Promise<void>>();

  const perform = async (kept: Kept<InvocationRecord>): Promise<void> => {
    const hasFailed = await attempt(tools, kept).catch((error: unknown) => {
      report(error);
      return true;
    });
    // When Teal ends, functions are ended too: that is no failure of theirs.
    if (closing.signal.aborted) return;
    const written = record(tools, kept, hasFailed);
    writing.add(written);
    await written.finally(() => writing.delete(written));
  };

  const startDue = async (): Promise<Millis> => {
    const now = tools.clock.now().getTime();
    let wait: number = LONGEST_WAIT;
    for (const kept of await invocationsIn(tools.store).everywhere()) {
      const key = `${kept.scope.account} ${kept.scope.region} ${kept.id}`;
      if (performing.has(key)) continue;
      if (kept.record.dueAt > now) wait = Math.min(wait, kept.record.dueAt - now);
      else
        performing.set(
          key,
          perform(kept)
            .catch(report)
            .finally(() => (performing.delete(key), bell.ring())),
        );
    }
    return millis(wait);
  };

  const report = (error: unknown) => {
    if (!closing.signal.aborted) tools.logger.error('an event invocation could not be performed', { error });
  };

  const run = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      let wait: Millis = AFTER_TROUBLE;
      try {
        await completeUpdates(tools);
        wait = await startDue();
      } catch (error) {
        report(error);
      }
      await bell.wait(wait, closing.signal);
    }
  };

  const running = run();
  return {
    async close() {
      closing.abort();
      await running;
      await Promise.allSettled(writing);
    },
  };
}

/** The code is on disk before its record is, so an update needs no more than to be called done. */
async function completeUpdates(tools: LambdaTools): Promise<void> {
  const functions = functionsIn(tools.store);
  for (const { scope, id, record } of await functions.everywhere()) {
    if (record.state === 'Active' && record.lastUpdate === 'Successful') continue;
    await functions.change(scope, id, (current) => ({
      ...current,
      state: 'Active',
      lastUpdate: 'Successful',
      revisionId: newId.uuid(),
    }));
  }
}

/** @returns whether the function failed; one that was deleted meanwhile did not */
async function attempt(tools: LambdaTools, { scope, record }: Kept<InvocationRecord>): Promise<boolean> {
  const called = await functionsIn(tools.store).get(scope, record.functionName);
  if (!called) {
    tools.logger.warn('dropped an event for a function that is gone', { function: record.functionName });
    return false;
  }
  const spec = await functionSpec(tools, scope, called);
  const result = await tools.functions.invoke(spec, record.payload, record.requestId, printTo(tools, scope, called));
  if (result.functionError) {
    tools.logger.warn('function failed', {
      function: called.name,
      requestId: record.requestId,
      failures: record.failures + 1,
    });
  }
  return result.functionError !== undefined;
}

async function record(tools: LambdaTools, kept: Kept<InvocationRecord>, hasFailed: boolean): Promise<void> {
  const { clock, logger, store } = tools;
  const now = clock.now().getTime();
  const next = afterAttempt(kept.record, hasFailed, now, (configured) => clock.scaled(configured));
  if (next.do === 'retry') {
    await change(tools, kept.scope, next.record);
    return;
  }
  if (next.gaveUp) logger.warn('gave up on an event', { function: kept.record.functionName, requestId: kept.id });
  await invocationsIn(store).remove(kept.scope, kept.id);
}

const change = (tools: LambdaTools, scope: Scope, next: InvocationRecord) =>
  invocationsIn(tools.store).change(scope, next.requestId, () => next);
