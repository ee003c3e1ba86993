import { InvokeCommand } from '@aws-sdk/client-lambda';
import type { DeliveryWork } from '../../../kernel/delivery-queue.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { seconds } from '../../../kernel/span.ts';
import type { LambdaTools } from '../deps.ts';
import { publishFor } from '../invoking/metrics.ts';
import { deliveriesIn, type DeliveryRecord } from '../records.ts';
import { destinationOf } from './destination.ts';
import { deliveryDue } from './due.ts';

/** How often AWS tries is not said; assumed. Waits double from one second. */
const MOST_ATTEMPTS = 6;

/** Tells destinations and dead-letter topics what the store holds for them. */
export function deliveryWork(tools: LambdaTools): DeliveryWork {
  const deliveries = deliveriesIn(tools.store);
  return {
    async pending() {
      return (await deliveries.everywhere()).map(({ scope, record }) => deliveryDue(scope, record));
    },
    async attempt({ scope, id }, signal) {
      const delivery = await deliveries.get(scope, id);
      if (!delivery) return undefined;
      const failure = await send(tools, delivery, signal).then(
        () => undefined,
        (cause: unknown) => cause,
      );
      if (failure === undefined) return void (await deliveries.remove(scope, id));
      if (signal.aborted) return undefined;
      return afterFailure(tools, scope, delivery, failure);
    },
  };
}

async function send(
  { clients }: LambdaTools,
  { to, body, event, attributes, id }: DeliveryRecord,
  signal: AbortSignal,
) {
  const destination = destinationOf(to.arn);
  if (!destination) throw new Error(`Teal does not deliver to '${to.arn}'`);
  const abortable = { abortSignal: signal };
  if (destination.to === 'lambda') {
    const command = new InvokeCommand({ FunctionName: to.arn, InvocationType: 'Event', Payload: Buffer.from(body) });
    await clients.lambda(destination.scope).send(command, abortable);
  } else if (destination.to === 'sns') {
    const { PublishCommand } = await import('@aws-sdk/client-sns');
    const client = await clients.sns(destination.scope);
    await client.send(
      new PublishCommand({ TopicArn: to.arn, Message: body, MessageAttributes: attributes }),
      abortable,
    );
  } else {
    const { PutEventsCommand } = await import('@aws-sdk/client-eventbridge');
    const client = await clients.events(destination.scope);
    const { detailType: DetailType, resources = [] } = event ?? {};
    const entry = { Source: 'lambda', DetailType, Detail: body, Resources: [...resources], EventBusName: to.arn };
    const { Entries = [] } = await client.send(new PutEventsCommand({ Entries: [entry] }), abortable);
    const [taken] = Entries;
    if (!taken?.EventId) throw new Error(taken?.ErrorMessage ?? `the event bus did not take '${id}'`);
  }
}

/** @returns when to try again; `undefined` when it is given up */
async function afterFailure(
  tools: LambdaTools,
  scope: Scope,
  delivery: DeliveryRecord,
  cause: unknown,
): Promise<number | undefined> {
  const { clock, logger, store } = tools;
  const failures = delivery.failures + 1;
  const now = clock.now();
  const { kind, arn } = delivery.to;
  const name = kind === 'destination' ? 'DestinationDeliveryFailures' : 'DeadLetterErrors';
  publishFor(tools, scope, now, delivery, [{ name, value: 1 }]);
  const isOver = failures >= MOST_ATTEMPTS || isForGood(cause);
  const fields = { function: delivery.functionName, destination: arn, failures, cause };
  logger.warn(isOver ? 'gave up telling how an event ended' : 'could not tell how an event ended', fields);
  if (isOver) return void (await deliveriesIn(store).remove(scope, delivery.id));
  const dueAt = now.getTime() + clock.scaled(seconds(2 ** (failures - 1)));
  await deliveriesIn(store).change(scope, delivery.id, () => ({ ...delivery, failures, dueAt }));
  return dueAt;
}

/** A client's fault stays one, except for too many calls. */
function isForGood(cause: unknown): boolean {
  const { $fault: side, $metadata: { httpStatusCode: status } = {} } = cause as {
    readonly $fault?: string;
    readonly $metadata?: { readonly httpStatusCode?: number };
  };
  return side === 'client' && status !== 429;
}
