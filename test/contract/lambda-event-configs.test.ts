import {
  CreateFunctionCommand,
  DeleteFunctionEventInvokeConfigCommand,
  GetFunctionEventInvokeConfigCommand,
  ListFunctionEventInvokeConfigsCommand,
  PutFunctionEventInvokeConfigCommand,
  UpdateFunctionConfigurationCommand,
  UpdateFunctionEventInvokeConfigCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createFunction, packageOf } from '../support/functions.ts';
import { startTestTeal, type TestTeal } from '../support/teal.ts';

const SOURCE = 'exports.handler = async () => 1;';
const TOPIC = 'arn:aws:sns:us-east-1:123456789012:outcomes';
const QUEUE = 'arn:aws:sqs:us-east-1:123456789012:outcomes';

let teal: TestTeal;
beforeAll(async () => {
  teal = await startTestTeal();
  await createFunction(teal.lambda, 'events', SOURCE, { Publish: true });
});
afterAll(() => teal.close());

const arnOf = (name: string) => `arn:aws:lambda:us-east-1:${teal.account}:function:${name}`;
const put = (more: object) =>
  teal.lambda.send(new PutFunctionEventInvokeConfigCommand({ FunctionName: 'events', ...more }));
const update = (more: object) =>
  teal.lambda.send(new UpdateFunctionEventInvokeConfigCommand({ FunctionName: 'events', ...more }));
const get = (more = {}) =>
  teal.lambda.send(new GetFunctionEventInvokeConfigCommand({ FunctionName: 'events', ...more }));
const onFailure = (Destination: string) => ({ DestinationConfig: { OnFailure: { Destination } } });

it('puts, updates, lists and deletes how events are treated, per qualifier', async () => {
  const first = await put({ MaximumRetryAttempts: 1, ...onFailure(TOPIC) });
  const updated = await update({ MaximumEventAgeInSeconds: 90 });
  const other = await put({ Qualifier: '1', MaximumEventAgeInSeconds: 60 });
  const listed = await teal.lambda.send(new ListFunctionEventInvokeConfigsCommand({ FunctionName: 'events' }));
  const replaced = await put({ MaximumRetryAttempts: 0 });

  expect(first).toMatchObject({
    FunctionArn: `${arnOf('events')}:$LATEST`,
    LastModified: expect.any(Date) as Date,
    MaximumRetryAttempts: 1,
    DestinationConfig: { OnSuccess: {}, OnFailure: { Destination: TOPIC } },
  });
  expect(updated).toMatchObject({
    MaximumRetryAttempts: 1,
    MaximumEventAgeInSeconds: 90,
    DestinationConfig: { OnFailure: { Destination: TOPIC } },
  });
  expect(other).toMatchObject({ FunctionArn: `${arnOf('events')}:1`, MaximumEventAgeInSeconds: 60 });
  expect(listed.FunctionEventInvokeConfigs?.map(({ FunctionArn }) => FunctionArn)).toEqual([
    `${arnOf('events')}:$LATEST`,
    `${arnOf('events')}:1`,
  ]);
  expect(replaced.MaximumEventAgeInSeconds).toBeUndefined();
  expect(replaced.DestinationConfig).toEqual({ OnSuccess: {}, OnFailure: {} });
  expect(await get()).toMatchObject({ MaximumRetryAttempts: 0 });

  for (const Qualifier of [undefined, '1']) {
    const place = { FunctionName: 'events', Qualifier };
    const deleted = await teal.lambda.send(new DeleteFunctionEventInvokeConfigCommand(place));
    expect(deleted.$metadata.httpStatusCode).toBe(204);
  }
});

it('says that there is no configuration', async () => {
  await createFunction(teal.lambda, 'plain', SOURCE);
  const place = { FunctionName: 'plain' };
  const none = {
    name: 'ResourceNotFoundException',
    message: `The function ${arnOf('plain')}:$LATEST doesn't have an EventInvokeConfig`,
  };

  await expect(get(place)).rejects.toMatchObject(none);
  await expect(update({ ...place, MaximumRetryAttempts: 1 })).rejects.toMatchObject(none);
  await expect(teal.lambda.send(new DeleteFunctionEventInvokeConfigCommand(place))).rejects.toMatchObject(none);
});

it('refuses destinations and limits that cannot be', async () => {
  const invalid = (message: string) => ({
    name: 'InvalidParameterValueException',
    message: expect.stringContaining(message) as string,
  });

  await expect(put({})).rejects.toMatchObject(invalid('at least one of error handling or destination setting'));
  await expect(put(onFailure(QUEUE))).rejects.toMatchObject(invalid("not to 'sqs'"));
  await expect(put(onFailure('arn:aws:s3:::bucket'))).rejects.toMatchObject(invalid("not to 's3'"));
  await expect(put(onFailure(arnOf('events')))).rejects.toMatchObject(
    invalid("You can't specify the function as a destination for itself."),
  );
  await expect(put(onFailure(arnOf('nobody')))).rejects.toMatchObject(
    invalid(`The destination ARN ${arnOf('nobody')} is invalid.`),
  );
  await expect(put({ FunctionName: 'nobody', MaximumRetryAttempts: 1 })).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: "The function doesn't exist.",
  });
  await expect(put({ MaximumRetryAttempts: 3 })).rejects.toMatchObject({ name: 'ValidationException' });
  await expect(put({ MaximumEventAgeInSeconds: 59 })).rejects.toMatchObject({ name: 'ValidationException' });
  await expect(get()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

it('refuses a dead-letter target that is no topic, and leaves nothing', async () => {
  const DeadLetterConfig = { TargetArn: QUEUE };
  const refused = {
    name: 'InvalidParameterValueException',
    message: `Teal has no queues: '${QUEUE}' must be the ARN of an SNS topic`,
  };
  const create = new CreateFunctionCommand({
    FunctionName: 'letters',
    Role: 'arn:aws:iam::123456789012:role/functions',
    Runtime: 'nodejs20.x',
    Handler: 'index.handler',
    Code: { ZipFile: packageOf(SOURCE) },
    DeadLetterConfig,
  });

  await expect(teal.lambda.send(create)).rejects.toMatchObject(refused);
  await expect(
    teal.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'events', DeadLetterConfig })),
  ).rejects.toMatchObject(refused);
  await expect(get({ FunctionName: 'letters' })).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});
