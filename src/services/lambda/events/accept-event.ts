import type { Scope } from '../../../kernel/scope.ts';
import type { LambdaTools } from '../deps.ts';
import type { Call } from '../invoking/run.ts';
import { publishFor, resourceOf } from '../invoking/metrics.ts';
import type { Qualified } from '../qualified.ts';
import { invocationsIn, type InvocationRecord } from '../records.ts';
import { eventDue } from './due.ts';

/** Promises an invocation: it is stored before this resolves, and performed afterwards. */
export async function acceptEvent(
  { store, clock, publish, promise, checkpoint }: LambdaTools,
  scope: Scope,
  called: Qualified,
  { payload, requestId }: Call,
): Promise<void> {
  const now = clock.now();
  const { latest, qualifier } = called;
  const event: InvocationRecord = {
    requestId,
    functionName: latest.name,
    ...(qualifier !== undefined && { qualifier }),
    payload,
    failures: 0,
    refusals: 0,
    acceptedAt: now.getTime(),
    dueAt: now.getTime(),
  };
  await invocationsIn(store).insert(scope, requestId, event);
  checkpoint('lambda.event.stored');
  publishFor({ publish }, scope, now, resourceOf(called), [{ name: 'AsyncEventsReceived', value: 1 }]);
  promise([eventDue(scope, event)]);
}
