import { afterEach, beforeEach, expect, it } from 'vitest';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import { systemClock } from '../../../kernel/clock.ts';
import { silentLogger } from '../../../kernel/logger.ts';
import type { MetricDatum } from '../../../kernel/metrics.ts';
import { openStore } from '../../../store/open-store.ts';
import type { Store } from '../../../store/store.ts';
import type { LambdaTools } from '../deps.ts';
import { deliveriesIn, type DeliveryRecord } from '../records.ts';
import { deliveryWork } from './deliver.ts';
import { deliveryDue } from './due.ts';

const scope = { account: '123456789012', region: 'eu-west-1' };
const signal = new AbortController().signal;
const DELIVERY: DeliveryRecord = {
  id: 'one',
  functionName: 'f',
  to: { kind: 'destination', arn: 'arn:aws:lambda:eu-west-1:123456789012:function:hears' },
  body: '{"n":1}',
  failures: 0,
  dueAt: 0,
};

let store: Store;
let published: MetricDatum[];
beforeEach(async () => {
  store = await openStore(':memory:');
  published = [];
  await deliveriesIn(store).insert(scope, 'one', DELIVERY);
});
afterEach(() => store.close());

/** Tries the delivery with a function that answers in turn. @returns when it is due next, in milliseconds from now */
async function attempt(send: () => Promise<unknown>): Promise<number | undefined> {
  const clock = { ...systemClock(1), now: () => new Date(1_000_000) };
  const tools = {
    store,
    clock,
    logger: silentLogger(),
    publish: (_scope: unknown, _namespace: string, data: readonly MetricDatum[]) => void published.push(...data),
    clients: { lambda: () => ({ send }) as unknown as LambdaClient },
  } as unknown as LambdaTools;
  const dueAt = await deliveryWork(tools).attempt(deliveryDue(scope, DELIVERY), signal);
  return dueAt === undefined ? undefined : dueAt - 1_000_000;
}

const failing = (fields: object) => () => Promise.reject(Object.assign(new Error('no'), fields));
const left = async () => (await deliveriesIn(store).everywhere()).length;

it('forgets a delivery that was taken', async () => {
  expect(await attempt(async () => ({}))).toBeUndefined();
  expect(await left()).toBe(0);
  expect(published).toEqual([]);
});

it('tries again with growing waits what failed, gives up in the end, and counts each failure', async () => {
  const waits = [];
  for (let tries = 0; tries < 6; tries++) waits.push(await attempt(failing({ $fault: 'server' })));

  expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, undefined]);
  expect(await left()).toBe(0);
  const counted = published.filter(
    ({ name, dimensions }) => name === 'DestinationDeliveryFailures' && dimensions['Resource'],
  );
  expect(counted).toHaveLength(6);
});

it('gives up at once on what is refused for good, but not on too many calls', async () => {
  const busy = { $fault: 'client', $metadata: { httpStatusCode: 429 } };

  expect(await attempt(failing(busy))).toBe(1000);
  expect(await attempt(failing({ $fault: 'client', $metadata: { httpStatusCode: 404 } }))).toBeUndefined();
  expect(await left()).toBe(0);
});
