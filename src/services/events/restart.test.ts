import { afterEach, beforeEach, expect, it } from 'vitest';
import { openHttpSink, type HttpSink } from '../../../test/support/http-sink.ts';
import { createBell } from '../../kernel/bell.ts';
import { systemClock } from '../../kernel/clock.ts';
import { silentLogger } from '../../kernel/logger.ts';
import { openStore } from '../../store/open-store.ts';
import type { Store } from '../../store/store.ts';
import { events, type EventsService } from './index.ts';
import { deliveriesIn, ruleId, rulesIn } from './records.ts';

const scope = { account: '123456789012', region: 'eu-west-1' };
const PATIENT = { timeout: 60_000, interval: 5 };
const EVENT = { source: 'aws.ecs', detailType: 'ECS Task State Change', resources: [], detail: { n: 1 } };

let store: Store;
let sink: HttpSink;
let status: number | Promise<number>;

beforeEach(async () => {
  store = await openStore(':memory:');
  status = 200;
  sink = await openHttpSink(() => status);
  const rule = { bus: 'default', name: 'all', arn: 'arn:r', pattern: '{"source":["aws.ecs"]}', isEnabled: true };
  const targets = [{ Id: 'one', Arn: sink.url }];
  await rulesIn(store).put(scope, ruleId('default', 'all'), { ...rule, targets }, { parent: 'default' });
});

afterEach(async () => {
  await sink.close();
  await store.close();
});

async function start(): Promise<EventsService> {
  const clock = systemClock(1000);
  const none = () => {
    throw new Error('no client is needed here');
  };
  const clients = { lambda: none, sns: none, logs: none };
  const queues = { areReachable: false, send: none };
  const service = events({ store, clock, logger: silentLogger(), bell: createBell(clock), clients, queues });
  await service.start();
  return service;
}

it('delivers after a restart what was under way when it ended', async () => {
  status = new Promise(() => undefined);
  const first = await start();
  await first.emit(scope, EVENT);
  await expect.poll(() => sink.taken.length, PATIENT).toBe(1);
  await first.close();
  status = 200;
  const second = await start();
  await expect.poll(() => sink.taken.length, PATIENT).toBe(2);
  await expect.poll(() => deliveriesIn(store).everywhere(), PATIENT).toEqual([]);
  await second.close();

  expect(sink.taken[1]?.body).toBe(sink.taken[0]?.body);
});

it('has stored an event for its targets when it says so', async () => {
  const service = await start();
  await service.close();
  await service.emit(scope, EVENT);
  const stored = await deliveriesIn(store).everywhere();
  const next = await start();
  await expect.poll(() => sink.taken.length, PATIENT).toBe(1);
  await next.close();

  expect(stored).toHaveLength(1);
});

it('gives up on an event after as many attempts as its target allows', async () => {
  status = 500;
  await rulesIn(store).change(scope, ruleId('default', 'all'), (rule) => ({
    ...rule,
    targets: rule.targets.map((target) => ({ ...target, RetryPolicy: { MaximumRetryAttempts: 2 } })),
  }));
  const service = await start();
  await service.emit(scope, EVENT);
  await expect.poll(() => deliveriesIn(store).everywhere(), PATIENT).toEqual([]);
  await service.close();

  expect(sink.taken).toHaveLength(3);
});

it('goes on with a schedule after a restart, once for all that it missed', async () => {
  const DAY = 86_400_000;
  // One that Teal had not noted as delivered when it was closed comes again.
  const ids = () => new Set(sink.taken.map(({ body }) => (JSON.parse(body) as { id: string }).id));
  const id = ruleId('default', 'timed');
  const rule = { bus: 'default', name: 'timed', arn: 'arn:t', schedule: 'rate(1 day)', isEnabled: true };
  const missedSome = { ...rule, targets: [{ Id: 'one', Arn: sink.url }], scheduledFrom: Date.now() - DAY };
  await rulesIn(store).put(scope, id, missedSome, { parent: 'default' });
  const first = await start();
  await expect.poll(() => ids().size, PATIENT).toBe(1);
  await first.close();
  const after = await rulesIn(store).get(scope, id);
  await rulesIn(store).put(scope, id, missedSome);
  const second = await start();
  await expect.poll(() => ids().size, PATIENT).toBe(2);
  await second.close();

  // At a scale of 1000 a day is 86 seconds: all but the last of the beats were passed over.
  expect(after?.scheduledFrom).toBeGreaterThan(missedSome.scheduledFrom + 0.9 * DAY);
});
