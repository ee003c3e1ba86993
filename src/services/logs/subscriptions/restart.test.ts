import type { LambdaClient } from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createBell } from '../../../kernel/bell.ts';
import { systemClock } from '../../../kernel/clock.ts';
import { silentLogger } from '../../../kernel/logger.ts';
import { openStore } from '../../../store/open-store.ts';
import type { Store } from '../../../store/store.ts';
import { logs, type LogsService } from '../index.ts';
import { deliveriesIn, subscriptionFiltersIn } from '../records.ts';

const scope = { account: '123456789012', region: 'eu-west-1' };
const PATIENT = { timeout: 60_000, interval: 5 };
const to = { group: '/app', stream: 'one', mayCreateGroup: true };

let store: Store;
let invoked: number;
let answer: () => Promise<object>;

beforeEach(async () => {
  store = await openStore(':memory:');
  invoked = 0;
  const destination = 'arn:aws:lambda:eu-west-1:123456789012:function:f';
  const filter = { name: 'all', group: to.group, pattern: '', destination, distribution: 'ByLogStream' as const };
  await subscriptionFiltersIn(store).put(scope, '/app:all', { ...filter, createdAt: 0 }, { parent: to.group });
});
afterEach(() => store.close());

async function start(): Promise<LogsService> {
  const clock = systemClock(1000);
  const send = () => {
    invoked += 1;
    return answer();
  };
  const lambda = () => ({ send }) as unknown as LambdaClient;
  const parts = { store, clock, bell: createBell(clock), logger: silentLogger(), publish: () => undefined };
  const service = logs({ ...parts, clients: { lambda } });
  await service.start();
  return service;
}

const faultOf = (side: string) => Promise.reject(Object.assign(new Error('no'), { $fault: side }));

it('hands on after a restart what no function took before', async () => {
  answer = () => faultOf('server');
  const first = await start();
  await first.append(scope, to, [{ at: new Date(), message: 'a' }]);
  await expect.poll(() => invoked, PATIENT).toBeGreaterThan(1);
  await first.close();
  const [kept] = await deliveriesIn(store).everywhere();
  answer = () => Promise.resolve({});
  const second = await start();
  await expect.poll(() => deliveriesIn(store).everywhere(), PATIENT).toEqual([]);
  await second.close();

  expect(kept?.record.events.map(({ message }) => message)).toEqual(['a']);
});

it('gives up on a function that refuses for good', async () => {
  answer = () => faultOf('client');
  const service = await start();
  await service.append(scope, to, [{ at: new Date(), message: 'a' }]);
  await expect.poll(() => deliveriesIn(store).everywhere(), PATIENT).toEqual([]);
  await service.close();

  expect(invoked).toBe(1);
});
