import { GetMetricStatisticsCommand, type CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import {
  CreateAliasCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cloudWatchClient } from '../support/cloudwatch.ts';
import { eventually } from '../support/eventually.ts';
import { createFunction, invoke, sendEvent } from '../support/functions.ts';
import { startTestTeal, type TestTeal } from '../support/teal.ts';

let teal: TestTeal;
let cloudwatch: CloudWatchClient;
beforeAll(async () => {
  teal = await startTestTeal({ timeScale: 300 });
  cloudwatch = cloudWatchClient(teal);
});
afterAll(async () => {
  cloudwatch.destroy();
  await teal.close();
});

type Dimensions = Readonly<Record<string, string>>;

/** Over the whole test. */
async function read(MetricName: string, dimensions: Dimensions, Statistic: 'Sum' | 'SampleCount' | 'Maximum' = 'Sum') {
  const { Datapoints = [] } = await cloudwatch.send(
    new GetMetricStatisticsCommand({
      Namespace: 'AWS/Lambda',
      MetricName,
      Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      StartTime: new Date(Date.now() - 3_600_000),
      EndTime: new Date(Date.now() + 3_600_000),
      Period: 7200,
      Statistics: [Statistic],
    }),
  );
  if (Datapoints.length === 0) return undefined;
  const values = Datapoints.map((point) => point[Statistic] ?? 0);
  return Statistic === 'Maximum' ? Math.max(...values) : values.reduce((sum, value) => sum + value, 0);
}

const until = (value: number, name: string, dimensions: Dimensions) =>
  eventually(`${name} to be ${value}`, async () => (await read(name, dimensions)) === value || undefined);

it('counts invocations, errors and durations of a function and of what was called', async () => {
  await createFunction(
    teal.lambda,
    'counted',
    'exports.handler = async (event) => { if (event.fail) throw new Error("no"); };',
    { Publish: true },
  );
  await teal.lambda.send(new CreateAliasCommand({ FunctionName: 'counted', Name: 'live', FunctionVersion: '1' }));
  await invoke(teal.lambda, 'counted');
  await invoke(teal.lambda, 'counted:live');
  await invoke(teal.lambda, 'counted:live', { fail: true });
  const FunctionName = 'counted';

  await until(3, 'Invocations', { FunctionName });
  expect(await read('Invocations', { FunctionName, Resource: 'counted' })).toBe(1);
  expect(await read('Invocations', { FunctionName, Resource: 'counted:live' })).toBe(2);
  expect(await read('Invocations', {})).toBeGreaterThanOrEqual(3);
  expect(await read('Errors', { FunctionName })).toBe(1);
  expect(await read('Errors', { FunctionName, Resource: 'counted' })).toBe(0);
  expect(await read('Throttles', { FunctionName })).toBe(0);
  expect(await read('Duration', { FunctionName }, 'SampleCount')).toBe(3);
  expect(await read('Duration', { FunctionName }, 'Maximum')).toBeGreaterThan(0);
  expect(await read('ConcurrentExecutions', { FunctionName }, 'Maximum')).toBe(1);
});

it('counts what was throttled, which is no invocation', async () => {
  const FunctionName = 'throttled';
  await createFunction(teal.lambda, FunctionName, 'exports.handler = async () => 1;');
  await teal.lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 }));
  await expect(invoke(teal.lambda, FunctionName)).rejects.toMatchObject({ name: 'TooManyRequestsException' });

  await until(1, 'Throttles', { FunctionName });
  expect(await read('Invocations', { FunctionName })).toBeUndefined();
});

it('counts events that came, that were dropped, and outcomes that could not be told', async () => {
  const FunctionName = 'untold';
  const nowhere = `arn:aws:sns:us-east-1:${teal.account}:nowhere`;
  await createFunction(teal.lambda, FunctionName, 'exports.handler = async () => { throw new Error("no"); };', {
    DeadLetterConfig: { TargetArn: nowhere },
  });
  const DestinationConfig = { OnFailure: { Destination: nowhere } };
  await teal.lambda.send(new PutFunctionEventInvokeConfigCommand({ FunctionName, DestinationConfig }));
  await sendEvent(teal.lambda, FunctionName);

  await until(1, 'DestinationDeliveryFailures', { FunctionName });
  await until(1, 'DeadLetterErrors', { FunctionName, Resource: FunctionName });
  await until(1, 'AsyncEventsReceived', { FunctionName });
  await until(1, 'AsyncEventsDropped', { FunctionName });
  await until(3, 'Errors', { FunctionName });
  expect(await read('AsyncEventAge', { FunctionName }, 'SampleCount')).toBe(3);
});
