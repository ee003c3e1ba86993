import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import {
  CreateAliasCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
  UpdateFunctionConfigurationCommand,
  type PutFunctionEventInvokeConfigCommandInput,
} from '@aws-sdk/client-lambda';
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { strToU8 } from 'fflate';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { createFunction, sendEvent, settled } from '../support/functions.ts';
import { openHttpSink, type HttpSink } from '../support/http-sink.ts';
import { startTestTeal, type TestTeal } from '../support/teal.ts';
import { openTopicSink, type TopicSink } from '../support/topic-sink.ts';

const WORKS = 'exports.handler = async (event) => ({ got: event });';
const FAILS = `exports.handler = async () => { throw new TypeError('bad luck'); };`;
const TELLS = `exports.handler = (event) => fetch(process.env.SINK, { method: 'POST', body: JSON.stringify(event) }).then(() => 1);`;

let teal: TestTeal;
let sns: SNSClient;
let events: EventBridgeClient;
const closers: (() => Promise<void>)[] = [];

beforeAll(async () => {
  teal = await startTestTeal({ timeScale: 300 });
  const credentials = { accessKeyId: teal.account, secretAccessKey: 'secret' };
  const config = { endpoint: teal.url, region: 'us-east-1', credentials, maxAttempts: 1 };
  sns = new SNSClient(config);
  events = new EventBridgeClient(config);
});
afterAll(async () => {
  sns.destroy();
  events.destroy();
  await teal.close();
  await Promise.all(closers.map((close) => close()));
});

const arnOf = (name: string) => `arn:aws:lambda:us-east-1:${teal.account}:function:${name}`;

async function topic(Name: string): Promise<{ arn: string; sink: TopicSink }> {
  const { TopicArn: arn = '' } = await sns.send(new CreateTopicCommand({ Name }));
  const sink = await openTopicSink(sns, arn);
  closers.push(() => sink.close());
  return { arn, sink };
}

async function openSink(): Promise<HttpSink> {
  const sink = await openHttpSink();
  closers.push(() => sink.close());
  return sink;
}

const configure = (FunctionName: string, more: Partial<PutFunctionEventInvokeConfigCommandInput>) =>
  teal.lambda.send(new PutFunctionEventInvokeConfigCommand({ FunctionName, ...more }));

const told = async (sink: TopicSink, n = 1) => {
  const message = await eventually(`message ${n}`, () => sink.messages()[n - 1]);
  return { record: JSON.parse(String(message['Message'])) as unknown, attributes: message['MessageAttributes'] };
};

it('tells a topic how an event ended well', async () => {
  const { arn, sink } = await topic('well');
  await createFunction(teal.lambda, 'well', WORKS);
  await configure('well', { DestinationConfig: { OnSuccess: { Destination: arn } } });

  const requestId = await sendEvent(teal.lambda, 'well', { n: 1 });

  expect((await told(sink)).record).toEqual({
    version: '1.0',
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
    requestContext: {
      requestId,
      functionArn: `${arnOf('well')}:$LATEST`,
      condition: 'Success',
      approximateInvokeCount: 1,
    },
    requestPayload: { n: 1 },
    responseContext: { statusCode: 200, executedVersion: '$LATEST' },
    responsePayload: { got: { n: 1 } },
  });
});

it('tells another function that all attempts at an event have failed', async () => {
  const sink = await openSink();
  await createFunction(teal.lambda, 'listener', TELLS, { Environment: { Variables: { SINK: sink.url } } });
  await createFunction(teal.lambda, 'failing', FAILS, { Publish: true });
  await teal.lambda.send(new CreateAliasCommand({ FunctionName: 'failing', Name: 'live', FunctionVersion: '1' }));
  const DestinationConfig = { OnFailure: { Destination: arnOf('listener') } };
  await configure('failing', { Qualifier: 'live', DestinationConfig });

  await sendEvent(teal.lambda, 'failing:live', { n: 2 });
  const heard = await eventually('the record', () => sink.taken[0]);

  expect(JSON.parse(heard.body)).toMatchObject({
    requestContext: {
      functionArn: `${arnOf('failing')}:live`,
      condition: 'RetriesExhausted',
      approximateInvokeCount: 3,
    },
    requestPayload: { n: 2 },
    responseContext: { statusCode: 200, executedVersion: '1', functionError: 'Unhandled' },
    responsePayload: { errorType: 'TypeError', errorMessage: 'bad luck' },
  });
});

it('tells an event bus, with the ARNs of both ends', async () => {
  const sink = await openSink();
  const bus = `arn:aws:events:us-east-1:${teal.account}:event-bus/default`;
  const EventPattern = JSON.stringify({ source: ['lambda'] });
  await events.send(new PutRuleCommand({ Name: 'outcomes', EventPattern }));
  await events.send(new PutTargetsCommand({ Rule: 'outcomes', Targets: [{ Id: 'one', Arn: sink.url }] }));
  await createFunction(teal.lambda, 'bussed', WORKS);
  await configure('bussed', { DestinationConfig: { OnSuccess: { Destination: bus } } });

  await sendEvent(teal.lambda, 'bussed', { n: 3 });
  const heard = await eventually('the event', () => sink.taken[0]);

  expect(JSON.parse(heard.body)).toMatchObject({
    source: 'lambda',
    'detail-type': 'Lambda Function Invocation Result - Success',
    resources: [bus, `${arnOf('bussed')}:$LATEST`],
    detail: { requestContext: { condition: 'Success' }, requestPayload: { n: 3 } },
  });
});

it('tries a failing event no more often than it is configured', async () => {
  const { arn, sink } = await topic('once');
  await createFunction(teal.lambda, 'once', FAILS);
  await configure('once', { MaximumRetryAttempts: 0, DestinationConfig: { OnFailure: { Destination: arn } } });

  await sendEvent(teal.lambda, 'once');

  expect((await told(sink)).record).toMatchObject({
    requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 1 },
  });
});

it('gives up on an event that would be older than it may be', async () => {
  const { arn, sink } = await topic('old');
  await createFunction(teal.lambda, 'old', FAILS);
  // As long as the wait before the second attempt.
  await configure('old', { MaximumEventAgeInSeconds: 60, DestinationConfig: { OnFailure: { Destination: arn } } });

  await sendEvent(teal.lambda, 'old');

  expect((await told(sink)).record).toMatchObject({
    requestContext: { condition: 'EventAgeExceeded', approximateInvokeCount: 1 },
    responseContext: { functionError: 'Unhandled' },
  });
});

it('sends a dead letter with the event as it came and the reason in attributes', async () => {
  const { arn, sink } = await topic('letters');
  await createFunction(teal.lambda, 'dead', FAILS, { DeadLetterConfig: { TargetArn: arn } });
  await configure('dead', { MaximumRetryAttempts: 1 });

  const requestId = await sendEvent(teal.lambda, 'dead', { n: 4 });
  const letter = await told(sink);
  const shown = await teal.lambda.send(new GetFunctionConfigurationCommand({ FunctionName: 'dead' }));

  expect(letter.record).toEqual({ n: 4 });
  expect(letter.attributes).toEqual({
    RequestID: { Type: 'String', Value: requestId },
    ErrorCode: { Type: 'Number', Value: '200' },
    ErrorMessage: { Type: 'String', Value: 'bad luck' },
  });
  expect(shown.DeadLetterConfig).toEqual({ TargetArn: arn });
  await teal.lambda.send(
    new UpdateFunctionConfigurationCommand({ FunctionName: 'dead', DeadLetterConfig: { TargetArn: '' } }),
  );
  expect((await settled(teal.lambda, 'dead')).DeadLetterConfig).toBeUndefined();
});

it('gives events of a function that may never run to its destination at once', async () => {
  const { arn, sink } = await topic('never');
  await createFunction(teal.lambda, 'never', WORKS, { DeadLetterConfig: { TargetArn: arn } });
  await configure('never', { DestinationConfig: { OnFailure: { Destination: arn } } });
  const none = { FunctionName: 'never', ReservedConcurrentExecutions: 0 };
  await teal.lambda.send(new PutFunctionConcurrencyCommand(none));

  await sendEvent(teal.lambda, 'never', { n: 5 });
  const both = [(await told(sink)).record, (await told(sink, 2)).record];

  expect(both).toContainEqual({ n: 5 });
  expect(both).toContainEqual(
    expect.objectContaining({
      requestContext: expect.objectContaining({
        condition: 'ZeroReservedConcurrency',
        approximateInvokeCount: 0,
      }) as object,
    }),
  );
});

it('answers an event with 202 and nothing else, and refuses one that is too large', async () => {
  await createFunction(teal.lambda, 'sized', WORKS);
  const send = (InvocationType: 'Event' | 'RequestResponse', bytes: number) =>
    teal.lambda.send(
      new InvokeCommand({ FunctionName: 'sized', InvocationType, Payload: strToU8(`"${'x'.repeat(bytes - 2)}"`) }),
    );

  const taken = await send('Event', 1_048_576);

  expect(taken).toMatchObject({ StatusCode: 202 });
  expect(taken.ExecutedVersion).toBeUndefined();
  expect(taken.Payload?.length ?? 0).toBe(0);
  await expect(send('Event', 1_048_577)).rejects.toMatchObject({
    name: 'RequestTooLargeException',
    $metadata: { httpStatusCode: 413 },
  });
  await expect(send('RequestResponse', 6_291_457)).rejects.toMatchObject({ name: 'RequestTooLargeException' });
});

it('refuses what it cannot invoke, in AWS words', async () => {
  await createFunction(teal.lambda, 'strict', WORKS);
  const send = (more: object) => teal.lambda.send(new InvokeCommand({ FunctionName: 'strict', ...more }));

  await expect(send({ InvocationType: 'Later' })).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining("Value 'Later' at 'invocationType' failed to satisfy constraint") as string,
  });
  await expect(send({ InvocationType: 'Event', Payload: strToU8('{') })).rejects.toMatchObject({
    name: 'InvalidRequestContentException',
  });
  await expect(send({ InvocationType: 'Event', Qualifier: '9' })).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: `Function not found: ${arnOf('strict')}:9`,
  });
  await expect(send({ TenantId: 'tenant' })).rejects.toMatchObject({
    name: 'InvalidParameterValueException',
    message: expect.stringContaining("'TenantId'") as string,
  });
});
