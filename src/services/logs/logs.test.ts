import { afterEach, beforeEach, expect, it } from 'vitest';
import { createBell } from '../../kernel/bell.ts';
import { systemClock } from '../../kernel/clock.ts';
import { createLogger } from '../../kernel/logger.ts';
import type { MetricDatum } from '../../kernel/metrics.ts';
import { openStore } from '../../store/open-store.ts';
import type { Store } from '../../store/store.ts';
import type { CallContext } from '../../wire/types.ts';
import { logs, type LogsService } from './index.ts';

const scope = { account: '123456789012', region: 'eu-west-1' };
const to = { group: '/app', stream: 'one', mayCreateGroup: true };
const MINUTE = 60_000;
/** The beginning of a minute of this day. */
const start = Math.floor(Date.now() / MINUTE) * MINUTE - 10 * MINUTE;

let store: Store;
let service: LogsService;
let published: { namespace: string; datum: MetricDatum }[];
let logged: string[];

beforeEach(async () => {
  store = await openStore(':memory:');
  published = [];
  logged = [];
  const clock = systemClock();
  service = logs({
    store,
    clock,
    bell: createBell(clock),
    logger: createLogger({ level: 'warn', pretty: false, write: (line) => logged.push(line), now: () => new Date() }),
    publish: (_scope, namespace, data) => published.push(...data.map((datum) => ({ namespace, datum }))),
    clients: {
      lambda: () => {
        throw new Error('no function is needed here');
      },
    },
    limits: { group: 100_000, total: 150_000 },
  });
  await service.start();
});
afterEach(async () => {
  await service.close();
  await store.close();
});

async function call(operation: string, input: object): Promise<Record<string, unknown>> {
  const context: CallContext = {
    ...scope,
    service: 'logs',
    operation,
    requestId: 'r',
    accessKeyId: undefined,
    principal: undefined,
    signal: new AbortController().signal,
  };
  const action = service.actions[operation];
  if (!action) throw new Error(`no action '${operation}'`);
  return (await action(input as never, context)) as Record<string, unknown>;
}

const line = (message: string, after = 0) => ({ at: new Date(start + after), message });
const messages = async (logGroupName = '/app') => {
  const { events } = (await call('FilterLogEvents', { logGroupName })) as { events: { message: string }[] };
  return events.map(({ message }) => message);
};
const putFilter = (filterPattern: string, transformation: object) =>
  call('PutMetricFilter', {
    logGroupName: '/app',
    filterName: 'f',
    filterPattern,
    metricTransformations: [{ metricName: 'M', metricNamespace: 'App', metricValue: '1', ...transformation }],
  });

it('appends to a stream that it makes, and to a missing group only where it may', async () => {
  await service.append(scope, to, [line('a'), line(''), line('b', 1)]);

  expect(await messages()).toEqual(['a', 'b']);
  await expect(service.append(scope, { ...to, group: '/no', mayCreateGroup: false }, [line('x')])).rejects.toThrow(
    'The specified log group does not exist.',
  );
});

it('stores neither lines nor stream when what goes with them throws', async () => {
  const also = () => Promise.reject(new Error('no'));

  await expect(service.append(scope, to, [line('a')], also)).rejects.toThrow('no');

  expect(await store.logEvents.sizes()).toEqual(new Map());
  await expect(messages()).rejects.toThrow('The specified log group does not exist.');
});

it('publishes what a metric filter counts, minute by minute', async () => {
  await service.append(scope, to, []);
  await putFilter('ERROR', { unit: 'Count', defaultValue: 0 });

  await service.append(scope, to, [line('ERROR'), line('fine', 1), line('ERROR', 2), line('fine', MINUTE)]);
  await service.append(scope, to, [line('fine', MINUTE + 1)]);

  expect(published).toEqual([
    {
      namespace: 'App',
      datum: { name: 'M', dimensions: {}, unit: 'Count', at: new Date(start + 2), values: [[1, 2]] },
    },
    {
      namespace: 'App',
      datum: { name: 'M', dimensions: {}, unit: 'Count', at: new Date(start + MINUTE), values: [[0, 1]] },
    },
  ]);
});

it('publishes numbers out of messages, by dimensions', async () => {
  await service.append(scope, to, []);
  await putFilter('{ $.ms > 0 }', { metricValue: '$.ms', dimensions: { Path: '$.path' } });

  const json = (value: object) => line(JSON.stringify(value));
  await service.append(scope, to, [
    json({ ms: 5, path: '/a' }),
    json({ ms: 7, path: '/b' }),
    json({ ms: 5, path: '/a' }),
    json({ ms: 1 }),
  ]);

  expect(published.map(({ datum }) => [datum.dimensions, datum.values])).toEqual([
    [{ Path: '/a' }, [[5, 2]]],
    [{ Path: '/b' }, [[7, 1]]],
  ]);
});

it('deletes the oldest events when a group takes more than its limit, and says so once', async () => {
  const some = (from: number) => Array.from({ length: 3000 }, (_, index) => line(`${from + index}`, from + index));

  for (const from of [0, 3000, 6000]) await service.append(scope, to, some(from));

  const left = await messages();
  expect(left.at(-1)).toBe('8999');
  expect(left.length).toBeLessThan(100_000 / 28);
  expect(left).toEqual(Array.from({ length: left.length }, (_, index) => String(9000 - left.length + index)));
  expect(logged.filter((text) => text.includes('more than their limit'))).toHaveLength(1);
  const [size = 0] = (await store.logEvents.sizes()).values();
  expect(size).toBe(left.reduce((sum, message) => sum + message.length + 26, 0));
});

it('deletes what was stored first when all groups together take more than their limit', async () => {
  for (const group of ['/a', '/b'])
    await service.append(
      scope,
      { ...to, group },
      Array.from({ length: 80 }, (_, index) => line('x'.repeat(1000), index)),
    );

  expect([...(await store.logEvents.sizes()).values()].reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(150_000);
  expect(await messages('/b')).not.toEqual([]);
});

it('deletes at the start what a deletion of a group left behind', async () => {
  await store.logEvents.add(7, 8, [{ at: start, message: 'left' }], start);

  await service.close();
  await service.start();

  expect(await store.logEvents.sizes()).toEqual(new Map());
});
