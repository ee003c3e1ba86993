import { InvokeCommand } from '@aws-sdk/client-lambda';
import { httpPost } from '../../../kernel/http-post.ts';
import { seconds } from '../../../kernel/span.ts';
import { accept } from '../accept.ts';
import { requireBus } from '../records.ts';
import type { Place } from '../targets.ts';
import { failureOf, TAKEN, type Deliver, type Outcome } from './delivery.ts';

type At<To> = Extract<Place, { to: To }>;

export const toTarget: Deliver<Place> = (tools, place, delivery, signal) => {
  switch (place.to) {
    case 'lambda':
      return toFunction(tools, place, delivery, signal);
    case 'sns':
      return toTopic(tools, place, delivery, signal);
    case 'logs':
      return toLogGroup(tools, place, delivery, signal);
    case 'bus':
      return toBus(tools, place, delivery, signal);
    case 'queue':
      return toQueue(tools, place, delivery, signal);
    case 'url':
      return toUrl(tools, place, delivery, signal);
  }
};

const toFunction: Deliver<At<'lambda'>> = async ({ clients }, place, { body }, abortSignal) => {
  const command = new InvokeCommand({ FunctionName: place.arn, InvocationType: 'Event', Payload: Buffer.from(body) });
  return outcomeOf(clients.lambda(place).send(command, { abortSignal }));
};

const toTopic: Deliver<At<'sns'>> = async ({ clients }, place, { body }, abortSignal) => {
  const { PublishCommand } = await import('@aws-sdk/client-sns');
  const client = await clients.sns(place);
  return outcomeOf(client.send(new PublishCommand({ TopicArn: place.arn, Message: body }), { abortSignal }));
};

const toQueue: Deliver<At<'queue'>> = async ({ queues }, { arn }, { body, event, target }, signal) => {
  const groupId = target.SqsParameters?.MessageGroupId;
  const fifo = groupId === undefined ? {} : { fifo: { groupId, deduplicationId: event.id } };
  return outcomeOf(queues.send(arn, { body, ...fifo }, signal));
};

/** Each event in a stream of its own, as EventBridge does. */
const toLogGroup: Deliver<At<'logs'>> = async ({ clients, clock }, place, delivery, abortSignal) => {
  const { CreateLogStreamCommand, PutLogEventsCommand } = await import('@aws-sdk/client-cloudwatch-logs');
  const client = await clients.logs(place);
  const stream = { logGroupName: place.group, logStreamName: delivery.id };
  try {
    await client.send(new CreateLogStreamCommand(stream), { abortSignal }).catch(unlessItExists);
    const logEvents = [{ timestamp: clock.now().getTime(), message: delivery.body }];
    return await outcomeOf(client.send(new PutLogEventsCommand({ ...stream, logEvents }), { abortSignal }));
  } catch (cause) {
    return failureOf(cause);
  }
};

function unlessItExists(cause: unknown): void {
  if (!(cause instanceof Error) || cause.name !== 'ResourceAlreadyExistsException') throw cause;
}

const toBus: Deliver<At<'bus'>> = async (tools, { account, region, bus }, { event }) => {
  const scope = { account, region };
  try {
    await requireBus(tools.store, scope, bus);
  } catch (cause) {
    return { ended: 'refused', why: cause instanceof Error ? cause.message : String(cause) };
  }
  await accept(tools, scope, bus, event, true);
  return TAKEN;
};

/** Source: EventBridge User Guide, API destinations: the limit, and which answers are tried again. */
const LIMIT = seconds(5);
const TRIED_AGAIN = [401, 407, 409, 429];

const toUrl: Deliver<At<'url'>> = async ({ clock }, { url }, { body, target }, signal) => {
  const { HeaderParameters: headers = {}, QueryStringParameters: query = {} } = target.HttpParameters ?? {};
  const address = new URL(url);
  for (const [name, value] of Object.entries(query)) address.searchParams.append(name, value);
  const usual = {
    'content-type': 'application/json; charset=utf-8',
    'user-agent': 'Amazon/EventBridge/ApiDestinations',
  };
  const post = { url: address.href, headers: { ...usual, ...headers }, body, limit: LIMIT };
  const status = await httpPost(clock, post, signal);
  if (status >= 200 && status < 300) return TAKEN;
  const ended = TRIED_AGAIN.includes(status) || status >= 500 ? 'failed' : 'refused';
  return { ended, why: `the endpoint answered ${status}` };
};

async function outcomeOf(sent: Promise<unknown>): Promise<Outcome> {
  try {
    await sent;
    return TAKEN;
  } catch (cause) {
    return failureOf(cause);
  }
}
