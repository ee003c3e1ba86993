import type { Scope } from '../../../kernel/scope.ts';
import type { LambdaTools } from '../deps.ts';
import { publishFor, resourceOf } from '../invoking/metrics.ts';
import type { Qualified } from '../qualified.ts';
import { deliveriesIn, invocationsIn, type DeliveryRecord, type InvocationRecord } from '../records.ts';
import type { Condition } from './after-attempt.ts';
import { deadLetter } from './dead-letter.ts';
import { deliveryDue } from './due.ts';
import type { EventSettings } from './event-settings.ts';
import { invocationRecord } from './invocation-record.ts';
import type { Outcome } from './perform-events.ts';

/** An event that is not tried again. */
export interface EndedEvent {
  readonly called: Qualified;
  readonly event: InvocationRecord;
  readonly outcome: Outcome;
  readonly condition: Condition;
  readonly settings: EventSettings;
}

/** Forgets an event, and promises to tell those who are to hear of it, as one transaction. */
export async function end(tools: LambdaTools, scope: Scope, ended: EndedEvent): Promise<void> {
  const { store, clock, logger, checkpoint } = tools;
  const { called, event, condition } = ended;
  const now = clock.now();
  const deliveries = deliveriesOf(ended, now);
  await store.transaction(async (tx) => {
    await invocationsIn(tx).remove(scope, event.requestId);
    for (const delivery of deliveries) await deliveriesIn(tx).insert(scope, delivery.id, delivery);
  });
  checkpoint('lambda.event.ended');
  tools.deliver(deliveries.map((delivery) => deliveryDue(scope, delivery)));
  if (condition === 'Success') return;
  logger.warn('gave up on an event', { function: event.functionName, requestId: event.requestId, condition });
  publishFor(tools, scope, now, resourceOf(called), [{ name: 'AsyncEventsDropped', value: 1 }]);
}

/** Forgets an event for what is gone. */
export async function drop(tools: LambdaTools, scope: Scope, event: InvocationRecord): Promise<void> {
  const { functionName, qualifier, requestId } = event;
  tools.logger.warn('dropped an event for a function that is gone', { function: functionName, qualifier, requestId });
  await invocationsIn(tools.store).remove(scope, requestId);
  const dropped = [{ name: 'AsyncEventsDropped', value: 1 }];
  publishFor(tools, scope, tools.clock.now(), { functionName, qualifier }, dropped);
}

function deliveriesOf(ended: EndedEvent, now: Date): DeliveryRecord[] {
  const { condition, settings } = ended;
  const destination = condition === 'Success' ? settings.onSuccess : settings.onFailure;
  const deadLetterTarget = condition === 'Success' ? undefined : settings.deadLetterTarget;
  return [
    ...(destination === undefined ? [] : [invocationRecord(ended, destination, now)]),
    ...(deadLetterTarget === undefined ? [] : [deadLetter(ended, deadLetterTarget, now)]),
  ];
}
