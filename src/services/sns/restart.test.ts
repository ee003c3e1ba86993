import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openHttpSink, type HttpSink } from '../../../test/support/http-sink.ts';
import { createBell } from '../../kernel/bell.ts';
import { systemClock } from '../../kernel/clock.ts';
import { silentLogger } from '../../kernel/logger.ts';
import { openStore } from '../../store/open-store.ts';
import type { Store } from '../../store/store.ts';
import type { CallContext } from '../../wire/types.ts';
import { sns, type SnsService } from './index.ts';
import { deliveriesIn, subscriptionsIn, topicsIn, type Protocol } from './records.ts';

const scope = { account: '123456789012', region: 'eu-west-1' };
const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:t';
const PATIENT = { timeout: 60_000, interval: 5 };
const CTX: CallContext = {
  ...scope,
  service: 'sns',
  operation: 'Publish',
  requestId: 'r',
  accessKeyId: undefined,
  principal: undefined,
  signal: new AbortController().signal,
};

let folder: string;
let store: Store;
let sink: HttpSink;
let status: number | Promise<number>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'teal-sns-'));
  store = await openStore(':memory:');
  status = 200;
  sink = await openHttpSink(() => status);
  await topicsIn(store).put(scope, 't', { name: 't', arn: TOPIC, attributes: {}, tags: {}, deleted: 0, createdAt: 0 });
});

afterEach(async () => {
  await sink.close();
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

const subscribe = (protocol: Protocol, endpoint: string, attributes: Record<string, string> = {}) =>
  subscriptionsIn(store).put(
    scope,
    'one',
    {
      id: 'one',
      arn: `${TOPIC}:one`,
      topicArn: TOPIC,
      protocol,
      endpoint,
      isConfirmed: true,
      token: 'x',
      needsOwner: false,
      attributes,
      createdAt: 0,
    },
    { parent: 't' },
  );

async function start(): Promise<SnsService> {
  const clock = systemClock(1000);
  const lambda = () =>
    new LambdaClient({
      endpoint: sink.url,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    });
  const service = sns({
    store,
    clock,
    logger: silentLogger(),
    bell: createBell(clock),
    clients: { lambda },
    queues: { areReachable: false, send: () => Promise.reject(new Error('no queue is needed here')) },
    endpoint: () => 'http://teal.test',
    outbox: folder,
  });
  await service.start();
  return service;
}

const publish = (service: SnsService, Message: string) =>
  service.actions['Publish']?.({ TopicArn: TOPIC, Message } as never, CTX);

const nothingIsLeft = () => expect.poll(() => deliveriesIn(store).everywhere(), PATIENT).toEqual([]);

it('delivers after a restart what was under way when it ended, signed with the same key', async () => {
  await subscribe('http', sink.url);
  status = new Promise(() => undefined);
  const first = await start();
  const certificate = await first.signingCertificate();
  await publish(first, 'hello');
  await expect.poll(() => sink.taken.length, PATIENT).toBe(1);
  await first.close();
  status = 200;
  const second = await start();
  await nothingIsLeft();
  await second.close();

  expect(sink.taken).toHaveLength(2);
  expect(sink.taken[1]?.body).toBe(sink.taken[0]?.body);
  expect(await second.signingCertificate()).toBe(certificate);
});

it('tries as often as the subscription says', async () => {
  const policy = { healthyRetryPolicy: { numRetries: 5, minDelayTarget: 1, maxDelayTarget: 5 } };
  await subscribe('http', sink.url, { DeliveryPolicy: JSON.stringify(policy) });
  status = 503;
  const service = await start();
  await publish(service, 'hello');
  await nothingIsLeft();
  await service.close();

  expect(sink.taken).toHaveLength(6);
});

it('invokes a function with the event that SNS sends', async () => {
  const endpoint = 'arn:aws:lambda:eu-west-1:123456789012:function:f';
  await subscribe('lambda', endpoint);
  status = 202;
  const service = await start();
  const answer = (await publish(service, 'hello')) as { MessageId: string };
  await nothingIsLeft();
  await service.close();

  expect(sink.taken[0]?.headers['x-amz-invocation-type']).toBe('Event');
  expect(JSON.parse(sink.taken[0]?.body ?? '')).toEqual({
    Records: [
      {
        EventSource: 'aws:sns',
        EventVersion: '1.0',
        EventSubscriptionArn: `${TOPIC}:one`,
        Sns: {
          Type: 'Notification',
          MessageId: answer.MessageId,
          TopicArn: TOPIC,
          Subject: null,
          Message: 'hello',
          Timestamp: expect.stringMatching(/Z$/) as string,
          SignatureVersion: '1',
          Signature: expect.any(String) as string,
          SigningCertUrl: 'http://teal.test/_teal/sns/SimpleNotificationService.pem',
          UnsubscribeUrl: expect.stringContaining('Action=Unsubscribe') as string,
          MessageAttributes: {},
        },
      },
    ],
  });
});

it('gives up on a function that is not there', async () => {
  await subscribe('lambda', 'arn:aws:lambda:eu-west-1:123456789012:function:f');
  status = 404;
  const service = await start();
  await publish(service, 'hello');
  await nothingIsLeft();
  await service.close();

  expect(sink.taken).toHaveLength(1);
});
