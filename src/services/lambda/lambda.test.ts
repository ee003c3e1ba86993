import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createFakeFunctions, type FakeHandler } from '../../drivers/functions/fake/fake-functions.ts';
import { systemClock } from '../../kernel/clock.ts';
import { silentLogger } from '../../kernel/logger.ts';
import { openStore } from '../../store/open-store.ts';
import type { Store } from '../../store/store.ts';
import type { CallContext, Service } from '../../wire/types.ts';
import { lambda } from './index.ts';
import type { InvocationRecord } from './records.ts';

const scope = { account: '123456789012', region: 'eu-west-1' };
const ARN = 'arn:aws:lambda:eu-west-1:123456789012:function:hook';
const zip = zipSync({ 'index.js': strToU8('exports.handler = async () => 1;') });

const PATIENT = { timeout: 60_000, interval: 5 };

let folder: string;
let store: Store;
let handlers: Map<string, FakeHandler>;
let service: Service;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'teal-lambda-'));
  store = await openStore(':memory:');
  handlers = new Map();
  service = newService();
  await service.start();
});
afterEach(async () => {
  await service.close();
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

const newService = (): Service =>
  lambda({
    store,
    clock: systemClock(1000),
    logger: silentLogger(),
    functions: createFakeFunctions(handlers),
    append: async () => undefined,
    publish: () => undefined,
    clients: { events: unused, lambda: unused, sns: unused },
    checkpoint: () => undefined,
    folder,
    endpoint: () => 'http://127.0.0.1:4566',
  });

const unused = () => {
  throw new Error('no client is needed here');
};

let requests = 0;
async function call(operation: string, input: object): Promise<Record<string, unknown>> {
  const context: CallContext = {
    ...scope,
    service: 'lambda',
    operation,
    requestId: `request-${++requests}`,
    accessKeyId: undefined,
    principal: undefined,
    signal: new AbortController().signal,
  };
  const action = service.actions[operation];
  if (!action) throw new Error(`no action '${operation}'`);
  return (await action(input as never, context)) as Record<string, unknown>;
}

const create = (changes: object = {}) =>
  call('CreateFunction', {
    FunctionName: 'hook',
    Role: 'arn:aws:iam::123456789012:role/hooks',
    Runtime: 'nodejs20.x',
    Handler: 'index.handler',
    Code: { ZipFile: zip },
    ...changes,
  });

const active = () =>
  expect
    .poll(() => call('GetFunctionConfiguration', { FunctionName: 'hook' }), PATIENT)
    .toMatchObject({ State: 'Active', LastUpdateStatus: 'Successful' });

it('answers Pending when a function is created, and Active soon after with another revision', async () => {
  const created = await create();
  await active();

  expect(created).toMatchObject({
    State: 'Pending',
    StateReasonCode: 'Creating',
    FunctionArn: ARN,
    CodeSize: zip.length,
  });
  const now = await call('GetFunctionConfiguration', { FunctionName: 'hook' });
  expect(now['RevisionId']).not.toBe(created['RevisionId']);
  expect(now['StateReason']).toBeUndefined();
});

it.each([['hook'], ['123456789012:function:hook'], [ARN], [`${ARN}:$LATEST`], ['hook:$LATEST']])(
  'finds a function by %s',
  async (name) => {
    await create();

    expect(await call('GetFunction', { FunctionName: name })).toMatchObject({
      Configuration: { FunctionName: 'hook' },
    });
  },
);

it.each([
  ['other', undefined, 'Function not found: arn:aws:lambda:eu-west-1:123456789012:function:other'],
  ['hook', '7', `Function not found: ${ARN}:7`],
  ['arn:aws:lambda:us-west-2:123456789012:function:hook', undefined, "Functions from 'us-west-2' are not reachable"],
  ['hook:$LATEST', '7', 'The derived qualifier from the function name does not match the specified qualifier.'],
])('refuses %s with qualifier %s', async (FunctionName, Qualifier, message) => {
  await create();

  await expect(call('GetFunction', { FunctionName, Qualifier })).rejects.toThrow(message);
});

it.each([
  [{ Runtime: 'cobol' }, "Value cobol at 'runtime' failed to satisfy constraint"],
  [{ Runtime: 'nodejs16.x' }, 'The runtime parameter of nodejs16.x is no longer supported'],
  [{ Runtime: 'java21' }, "Teal cannot run 'java21'"],
  [{ Handler: undefined }, 'Runtime and Handler are mandatory'],
  [{ Code: { S3Bucket: 'b', S3Key: 'k' } }, 'does not read function code from S3'],
  [{ Code: { ImageUri: 'i' }, PackageType: 'Image' }, "Please don't provide Handler or Runtime or Layer"],
  [{ Code: { ImageUri: 'i' } }, "Please don't provide ImageUri when the intended function PackageType is ZIP"],
  [{ PackageType: 'Image', Runtime: undefined, Handler: undefined }, "Please don't provide ZipFile"],
  [{ PackageType: 'Image', Runtime: undefined, Handler: undefined, Code: {} }, 'Please provide ImageUri'],
  [{ ImageConfig: { Command: ['a'] } }, "Please don't provide ImageConfig"],
  [{ EphemeralStorage: { Size: 511 } }, "'EphemeralStorage.Size' value failed"],
  [{ EphemeralStorage: { Size: 10_241 } }, "'EphemeralStorage.Size' value failed"],
  [{ MemorySize: 127 }, "'MemorySize' value failed"],
  [{ Code: {} }, 'Please provide a source for function code.'],
  [{ Code: { ZipFile: strToU8('no zip') } }, 'Could not unzip uploaded file.'],
  [{ Code: { ZipFile: zipSync({ '../out.js': strToU8('1') }) } }, 'Could not unzip uploaded file.'],
  [{ Code: { ZipFile: zipSync({ a: strToU8('1'), 'a/b': strToU8('2') }) } }, 'Could not unzip uploaded file.'],
  [{ Environment: { Variables: { AWS_REGION: 'x' } } }, 'Reserved keys used in this request: AWS_REGION'],
  [{ Environment: { Variables: { BIG: 'x'.repeat(5000) } } }, 'exceeded the 4KB limit'],
  [{ Timeout: 901 }, "'Timeout' value failed"],
  [{ Layers: ['arn:aws:lambda:eu-west-1:123456789012:layer:l:1'] }, 'layer:l:1 does not exist.'],
  [{ Layers: ['arn:aws:lambda:eu-west-1:999999999999:layer:l:1'] }, 'no resource-based policy allows'],
  [
    { Layers: Array.from('123456', (n) => `arn:aws:lambda:eu-west-1:123456789012:layer:l${n}:1`) },
    'more than 5 layers',
  ],
])('refuses to create with %j and leaves nothing', async (changes, message) => {
  await expect(create(changes)).rejects.toThrow(message);

  expect(await call('ListFunctions', {})).toEqual({ Functions: [] });
});

it('refuses a zip that would unpack to more than 250 MB, before it unpacks it', async () => {
  const bomb = Buffer.from(zipSync({ 'a.bin': new Uint8Array(100) }));
  const directory = bomb.indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
  bomb.writeUInt32LE(263_000_000, directory + 24);

  await expect(create({ Code: { ZipFile: bomb } })).rejects.toThrow(
    'Unzipped size must be smaller than 262144000 bytes',
  );
});

it('refuses a second function of the same name', async () => {
  await create();

  await expect(create()).rejects.toMatchObject({
    code: 'ResourceConflictException',
    message: 'Function already exist: hook',
  });
});

it('pages through functions by name', async () => {
  for (const name of ['c', 'a', 'b']) await create({ FunctionName: name });

  const first = await call('ListFunctions', { MaxItems: 2 });
  const second = await call('ListFunctions', { Marker: first['NextMarker'] });

  expect(first['Functions']).toMatchObject([{ FunctionName: 'a' }, { FunctionName: 'b' }]);
  expect(second).toMatchObject({ Functions: [{ FunctionName: 'c' }] });
  expect(second['NextMarker']).toBeUndefined();
});

it('keeps the code of a version over a restart, though the function has other code since', async () => {
  handlers.set('hook', (_event, { package: code }) =>
    code.kind === 'zip' ? readFile(join(code.folder, 'index.js'), 'utf8') : undefined,
  );
  await create({ Publish: true });
  await active();
  const ZipFile = zipSync({ 'index.js': strToU8('exports.handler = async () => 2;') });
  await call('UpdateFunctionCode', { FunctionName: 'hook', ZipFile });
  await service.close();
  service = newService();
  await service.start();

  const [first, latest] = [
    await call('Invoke', { FunctionName: 'hook:1' }),
    await call('Invoke', { FunctionName: ARN }),
  ];

  expect([first['Payload'], latest['Payload']]).toEqual([
    '"exports.handler = async () => 1;"',
    '"exports.handler = async () => 2;"',
  ]);
});

it('changes and publishes nothing while a function is created or updated', async () => {
  await service.close();
  await create();
  const pending = { code: 'ResourceConflictException', message: expect.stringContaining('state: Pending') as string };

  for (const operation of ['PublishVersion', 'UpdateFunctionConfiguration'])
    await expect(call(operation, { FunctionName: 'hook' })).rejects.toMatchObject(pending);
  service = newService();
  await service.start();
  await active();
  await service.close();
  await call('UpdateFunctionConfiguration', { FunctionName: 'hook', Timeout: 9 });
  const message = `The operation cannot be performed at this time. An update is in progress for resource: ${ARN}`;
  for (const operation of ['PublishVersion', 'UpdateFunctionConfiguration'])
    await expect(call(operation, { FunctionName: 'hook' })).rejects.toMatchObject({ message });
});

it('updates code and configuration, and refuses another revision', async () => {
  await create({ Environment: { Variables: { A: '1' } } });
  await active();
  const code = zipSync({ 'index.js': strToU8('exports.handler = async () => 2;') });

  const updated = await call('UpdateFunctionCode', { FunctionName: 'hook', ZipFile: code });
  await active();
  const configured = await call('UpdateFunctionConfiguration', { FunctionName: 'hook', Timeout: 9 });

  expect(updated).toMatchObject({ LastUpdateStatus: 'InProgress', CodeSize: code.length });
  expect(configured).toMatchObject({ Timeout: 9, CodeSize: code.length, Environment: { Variables: { A: '1' } } });
  const stale = { FunctionName: 'hook', Timeout: 1, RevisionId: 'old' };
  await active();
  await expect(call('UpdateFunctionConfiguration', stale)).rejects.toMatchObject({
    code: 'PreconditionFailedException',
  });
});

it('gives a function its account, region and endpoint, and the caller its result', async () => {
  handlers.set('hook', (event, spec) => ({ event, environment: spec.environment }));
  await create({ Environment: { Variables: { MINE: 'yes' } } });

  const answer = await call('Invoke', { FunctionName: 'hook', Payload: strToU8('{"a":1}'), LogType: 'Tail' });

  expect(answer).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST' });
  expect(Buffer.from(String(answer['LogResult']), 'base64').toString()).toContain('START RequestId: ');
  expect(JSON.parse(String(answer['Payload']))).toMatchObject({
    event: { a: 1 },
    environment: {
      MINE: 'yes',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
      AWS_ACCESS_KEY_ID: '123456789012',
      AWS_REGION: 'eu-west-1',
    },
  });
});

it('refuses a payload that is no JSON, and runs nothing for DryRun', async () => {
  await create();

  const bad = call('Invoke', { FunctionName: 'hook', Payload: strToU8('{') });
  await expect(bad).rejects.toMatchObject({ code: 'InvalidRequestContentException' });
  expect(await call('Invoke', { FunctionName: 'hook', InvocationType: 'DryRun' })).toEqual({ StatusCode: 204 });
});

it('performs an event and forgets it', async () => {
  const seen: unknown[] = [];
  handlers.set('hook', (event) => void seen.push(event));
  await create();

  const answer = await call('Invoke', { FunctionName: 'hook', InvocationType: 'Event', Payload: strToU8('{"n":1}') });

  expect(answer).toEqual({ StatusCode: 202 });
  await expect.poll(() => store.records('lambda_invocations').everywhere(), PATIENT).toEqual([]);
  expect(seen).toEqual([{ n: 1 }]);
});

it('tries a failing event twice more', async () => {
  let attempts = 0;
  handlers.set('hook', () => {
    attempts++;
    throw new Error('never');
  });
  await create();

  await call('Invoke', { FunctionName: 'hook', InvocationType: 'Event' });

  await expect.poll(() => store.records('lambda_invocations').everywhere(), PATIENT).toEqual([]);
  expect(attempts).toBe(3);
});

it('performs at the next start what was promised before the last one ended', async () => {
  let attempts = 0;
  handlers.set('hook', () => (++attempts === 1 ? new Promise(() => undefined) : undefined));
  await create();
  await call('Invoke', { FunctionName: 'hook', InvocationType: 'Event' });
  await expect.poll(() => attempts, PATIENT).toBe(1);

  await service.close();
  expect(await store.records<InvocationRecord>('lambda_invocations').everywhere()).toHaveLength(1);
  service = newService();
  await service.start();

  await expect.poll(() => store.records('lambda_invocations').everywhere(), PATIENT).toEqual([]);
  expect(attempts).toBe(2);
});

it('keeps tags', async () => {
  await create({ Tags: { a: '1' } });

  await call('TagResource', { Resource: ARN, Tags: { b: '2' } });
  await call('UntagResource', { Resource: ARN, TagKeys: ['a'] });

  expect(await call('ListTags', { Resource: ARN })).toEqual({ Tags: { b: '2' } });
});

it('forgets a deleted function', async () => {
  await create();
  await call('DeleteFunction', { FunctionName: 'hook' });

  await expect(call('GetFunction', { FunctionName: 'hook' })).rejects.toThrow(`Function not found: ${ARN}`);
});
