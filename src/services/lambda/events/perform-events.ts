import type { InvocationResult } from '../../../drivers/functions/functions.ts';
import type { DeliveryWork } from '../../../kernel/delivery-queue.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { LambdaTools } from '../deps.ts';
import { publishFor, resourceOf } from '../invoking/metrics.ts';
import { run } from '../invoking/run.ts';
import { findQualified, weighted, type Qualified } from '../qualified.ts';
import { invocationsIn, type InvocationRecord } from '../records.ts';
import { afterAttempt, type Ended } from './after-attempt.ts';
import { eventDue } from './due.ts';
import { drop, end } from './end-event.ts';
import { readEventSettings } from './event-settings.ts';

/** What one attempt came to. */
export interface Outcome {
  readonly ended: Ended;
  /** When the function ran. */
  readonly result?: InvocationResult;
}

/** Performs the Event invocations that the store holds. */
export function eventWork(tools: LambdaTools): DeliveryWork {
  const invocations = invocationsIn(tools.store);
  return {
    async pending() {
      return (await invocations.everywhere()).map(({ scope, record }) => eventDue(scope, record));
    },
    async attempt({ scope, id }, signal) {
      const event = await invocations.get(scope, id);
      if (!event) return undefined;
      const called = await findQualified(
        tools.store,
        scope,
        { account: scope.account, name: event.functionName, qualifier: event.qualifier },
        weighted(Math.random()),
      );
      if (!called) return void (await drop(tools, scope, event));
      const outcome = await unlessAborted(attempt(tools, scope, called, event), signal);
      // When Teal ends, functions are ended too: that is no failure of theirs.
      if (!outcome || (signal.aborted && outcome.ended !== 'succeeded')) return undefined;
      tools.checkpoint('lambda.event.performed');
      return conclude(tools, scope, called, event, outcome);
    },
  };
}

async function attempt(tools: LambdaTools, scope: Scope, called: Qualified, event: InvocationRecord): Promise<Outcome> {
  if (called.latest.reservedConcurrency === 0) return { ended: 'never-runs' };
  const now = tools.clock.now();
  try {
    const ran = await run(tools, scope, called, event);
    if (ran.refused !== undefined) return { ended: 'not-run' };
    const { result } = ran;
    const age = now.getTime() - event.acceptedAt;
    publishFor(tools, scope, now, resourceOf(called), [{ name: 'AsyncEventAge', value: age, unit: 'Milliseconds' }]);
    return { ended: result.functionError ? 'failed' : 'succeeded', result };
  } catch (cause) {
    tools.logger.error('an event could not be performed', { function: event.functionName, cause });
    return { ended: 'not-run' };
  }
}

/** @returns when to try again; `undefined` when the event has ended */
async function conclude(
  tools: LambdaTools,
  scope: Scope,
  called: Qualified,
  event: InvocationRecord,
  outcome: Outcome,
): Promise<number | undefined> {
  const { clock, logger, store } = tools;
  const settings = await readEventSettings(store, scope, called);
  const now = clock.now().getTime();
  const next = afterAttempt(event, outcome.ended, settings.limits, now, (configured) => clock.scaled(configured));
  const fields = { function: event.functionName, requestId: event.requestId, ended: outcome.ended };
  if (outcome.ended !== 'succeeded') logger.warn('an event was not processed', fields);
  if (next.do === 'end') return void (await end(tools, scope, { called, event, outcome, ...next, settings }));
  await invocationsIn(store).change(scope, event.requestId, () => next.record);
  return next.record.dueAt;
}

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  if (signal.aborted) return undefined;
  let stop = (): void => undefined;
  const aborted = new Promise<undefined>((resolve) => (stop = () => resolve(undefined)));
  signal.addEventListener('abort', stop);
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
