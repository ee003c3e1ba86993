import {
  DeleteFunctionConcurrencyCommand,
  GetAccountSettingsCommand,
  GetFunctionCommand,
  GetFunctionConcurrencyCommand,
  InvokeCommand,
  PutFunctionConcurrencyCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { createFunction, invoke, sendEvent } from '../support/functions.ts';
import { openHttpSink, type HttpSink } from '../support/http-sink.ts';
import { startTestTeal, type TestTeal } from '../support/teal.ts';

/** Tells that it runs, and runs until it is answered. */
const TELLING = `exports.handler = async (event) => { await fetch(event.url + '/' + event.n); return event.n; };`;

let teal: TestTeal;
let sink: HttpSink;
let letGo: () => void;
beforeAll(async () => {
  teal = await startTestTeal({ timeScale: 300 });
  const held = new Promise<number>((resolve) => (letGo = () => resolve(200)));
  sink = await openHttpSink(() => held);
});
afterAll(async () => {
  letGo();
  await teal.close();
  await sink.close();
});

const reserve = (FunctionName: string, ReservedConcurrentExecutions: number) =>
  teal.lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions }));
const THROTTLED = {
  name: 'TooManyRequestsException',
  message: 'Rate Exceeded.',
  Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
  $metadata: { httpStatusCode: 429 },
};

it('runs no more at once than a function has reserved; events wait for a place', async () => {
  await createFunction(teal.lambda, 'narrow', TELLING);
  await reserve('narrow', 1);

  const first = invoke(teal.lambda, 'narrow', { url: sink.url, n: 1 });
  await eventually('the first to run', () => sink.taken[0]);
  await expect(invoke(teal.lambda, 'narrow', { url: sink.url, n: 2 })).rejects.toMatchObject(THROTTLED);
  await sendEvent(teal.lambda, 'narrow', { url: sink.url, n: 3 });
  letGo();
  const { result } = await first;
  const waited = await eventually('the event to run', () => sink.taken[1]);

  expect(result).toBe(1);
  expect(waited.path).toBe('/3');
});

it('runs nothing of a function that has reserved none, and all of it again without a reservation', async () => {
  await createFunction(teal.lambda, 'closed', 'exports.handler = async () => 1;');
  await reserve('closed', 0);

  await expect(invoke(teal.lambda, 'closed')).rejects.toMatchObject(THROTTLED);
  const dry = await teal.lambda.send(new InvokeCommand({ FunctionName: 'closed', InvocationType: 'DryRun' }));
  await teal.lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName: 'closed' }));

  expect(dry.StatusCode).toBe(204);
  expect((await invoke(teal.lambda, 'closed')).result).toBe(1);
});

it('shows what is reserved and what is left of the account', async () => {
  await createFunction(teal.lambda, 'shown', 'exports.handler = async () => 1;', { Publish: true });
  const before = await teal.lambda.send(new GetAccountSettingsCommand({}));
  const put = await reserve('shown', 100);
  const got = await teal.lambda.send(new GetFunctionConcurrencyCommand({ FunctionName: 'shown' }));
  const whole = await teal.lambda.send(new GetFunctionCommand({ FunctionName: 'shown' }));
  const { AccountLimit, AccountUsage } = await teal.lambda.send(new GetAccountSettingsCommand({}));

  expect([put, got, whole.Concurrency].map((one) => one?.ReservedConcurrentExecutions)).toEqual([100, 100, 100]);
  expect(AccountLimit?.ConcurrentExecutions).toBe(1000);
  expect(AccountLimit?.UnreservedConcurrentExecutions).toBe(
    (before.AccountLimit?.UnreservedConcurrentExecutions ?? 0) - 100,
  );
  expect(AccountUsage?.FunctionCount).toBeGreaterThan(0);
  expect(AccountUsage?.TotalCodeSize).toBeGreaterThan(0);
});

it('refuses to reserve what the others need, and reservations of versions', async () => {
  await createFunction(teal.lambda, 'greedy', 'exports.handler = async () => 1;');

  await expect(reserve('greedy', 901)).rejects.toMatchObject({
    name: 'InvalidParameterValueException',
    message:
      "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100].",
  });
  await expect(reserve('greedy:$LATEST', 1)).rejects.toMatchObject({
    message: expect.stringContaining('This operation is permitted on Lambda functions only.') as string,
  });
  await expect(reserve('nobody', 1)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  const { ReservedConcurrentExecutions } = await teal.lambda.send(
    new GetFunctionConcurrencyCommand({ FunctionName: 'greedy' }),
  );
  expect(ReservedConcurrentExecutions).toBeUndefined();
});
