import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetFunctionCommand,
  InvokeCommand,
  ListFunctionsCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionActiveV2,
  waitUntilFunctionUpdatedV2,
} from '@aws-sdk/client-lambda';
import { strToU8, zipSync } from 'fflate';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestTeal, type TestTeal } from '../support/teal.ts';

let teal: TestTeal;
beforeAll(async () => {
  teal = await startTestTeal();
});
afterAll(() => teal.close());

async function create(
  FunctionName: string,
  source: string,
  changes: { Runtime?: 'python3.12'; Timeout?: number } = {},
) {
  const file = changes.Runtime ? 'index.py' : 'index.js';
  const created = await teal.lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Role: `arn:aws:iam::${teal.account}:role/hooks`,
      Runtime: 'nodejs20.x',
      Handler: 'index.handler',
      Timeout: 20,
      Code: { ZipFile: zipSync({ [file]: strToU8(source) }) },
      ...changes,
    }),
  );
  await waitUntilFunctionActiveV2({ client: teal.lambda, maxWaitTime: 60, minDelay: 1 }, { FunctionName });
  return created;
}

it('creates, lists, updates, invokes and deletes a function', async () => {
  const created = await create('first', 'exports.handler = async (event) => ({ ...event, v: process.env.VERSION });');
  await teal.lambda.send(
    new UpdateFunctionConfigurationCommand({ FunctionName: 'first', Environment: { Variables: { VERSION: '2' } } }),
  );
  await waitUntilFunctionUpdatedV2({ client: teal.lambda, maxWaitTime: 60, minDelay: 1 }, { FunctionName: 'first' });

  const listed = await teal.lambda.send(new ListFunctionsCommand({}));
  const answer = await teal.lambda.send(
    new InvokeCommand({ FunctionName: 'first', Payload: strToU8('{"a":1}'), LogType: 'Tail' }),
  );
  await teal.lambda.send(new DeleteFunctionCommand({ FunctionName: 'first' }));

  expect(created).toMatchObject({ State: 'Pending', Version: '$LATEST', $metadata: { httpStatusCode: 201 } });
  expect(listed.Functions).toMatchObject([{ FunctionName: 'first', State: 'Active' }]);
  expect(answer).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST' });
  expect(answer.Payload?.transformToString()).toBe('{"a":1,"v":"2"}');
  expect(Buffer.from(answer.LogResult ?? '', 'base64').toString()).toContain('REPORT RequestId: ');
  await expect(teal.lambda.send(new GetFunctionCommand({ FunctionName: 'first' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: `Function not found: arn:aws:lambda:us-east-1:${teal.account}:function:first`,
    $metadata: { httpStatusCode: 404 },
  });
});

it('reports what a function throws in the payload, not as an error of the call', async () => {
  await create('throws', `def handler(event, context):\n    raise ValueError('bad luck')\n`, { Runtime: 'python3.12' });

  const answer = await teal.lambda.send(new InvokeCommand({ FunctionName: 'throws' }));

  expect(answer).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled' });
  expect(JSON.parse(answer.Payload?.transformToString() ?? '')).toMatchObject({
    errorType: 'ValueError',
    errorMessage: 'bad luck',
  });
});

it("lets a function call Teal in its caller's account", async () => {
  await create(
    'caller',
    `const { STSClient, GetCallerIdentityCommand } = require('@aws-sdk/client-sts');
     exports.handler = async () => (await new STSClient({}).send(new GetCallerIdentityCommand({}))).Account;`,
  );

  const answer = await teal.lambda.send(new InvokeCommand({ FunctionName: 'caller' }));

  expect(answer.Payload?.transformToString()).toBe(JSON.stringify(teal.account));
});

it('accepts an event with an empty answer', async () => {
  await create('event', 'exports.handler = async () => 1;');

  const answer = await teal.lambda.send(new InvokeCommand({ FunctionName: 'event', InvocationType: 'Event' }));

  expect(answer.StatusCode).toBe(202);
  expect(answer.Payload?.length ?? 0).toBe(0);
});

it('answers bad input in AWS words', async () => {
  const input = { FunctionName: 'bad', Role: 'r1', Code: {} };

  await expect(teal.lambda.send(new CreateFunctionCommand(input))).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining("Value 'r1' at 'role' failed to satisfy constraint") as string,
  });
  await expect(
    teal.lambda.send(
      new CreateFunctionCommand({
        ...input,
        Role: `arn:aws:iam::${teal.account}:role/hooks`,
        Runtime: 'cobol' as 'nodejs20.x',
        Handler: 'a.b',
      }),
    ),
  ).rejects.toMatchObject({ name: 'InvalidParameterValueException' });
});
