import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createFakeFunctions } from '../../drivers/functions/fake/fake-functions.ts';
import type { FunctionSpec } from '../../drivers/functions/functions.ts';
import { systemClock } from '../../kernel/clock.ts';
import { silentLogger } from '../../kernel/logger.ts';
import { openStore } from '../../store/open-store.ts';
import type { Store } from '../../store/store.ts';
import type { CallContext, Service } from '../../wire/types.ts';
import { lambda } from './index.ts';

const LAYER = 'arn:aws:lambda:eu-west-1:123456789012:layer:tools';
const zipOf = (text: string) => zipSync({ 'index.js': strToU8(text) });

let folder: string;
let store: Store;
let service: Service;
let ran: FunctionSpec[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'teal-packaging-'));
  store = await openStore(':memory:');
  ran = [];
  await open();
});
afterEach(async () => {
  await service.close();
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

async function open(): Promise<void> {
  service = lambda({
    store,
    clock: systemClock(),
    logger: silentLogger(),
    functions: createFakeFunctions(new Map([['hook', (_event, spec) => void ran.push(spec)]])),
    append: async () => undefined,
    publish: () => undefined,
    clients: { events: unused, lambda: unused, sns: unused },
    checkpoint: () => undefined,
    folder,
    endpoint: () => 'http://127.0.0.1:4566',
  });
  await service.start();
}

const unused = () => {
  throw new Error('no client is needed here');
};

async function call(operation: string, input: object): Promise<Record<string, unknown>> {
  const context: CallContext = {
    account: '123456789012',
    region: 'eu-west-1',
    service: 'lambda',
    operation,
    requestId: 'request-1',
    accessKeyId: undefined,
    principal: undefined,
    signal: new AbortController().signal,
  };
  const action = service.actions[operation];
  if (!action) throw new Error(`no action '${operation}'`);
  return (await action(input as never, context)) as Record<string, unknown>;
}

const publish = (text: string, changes: object = {}) =>
  call('PublishLayerVersion', { LayerName: 'tools', Content: { ZipFile: zipOf(text) }, ...changes });
const create = (changes: object) =>
  call('CreateFunction', { FunctionName: 'hook', Role: 'arn:aws:iam::123456789012:role/hooks', ...changes });
const zipped = { Runtime: 'nodejs20.x', Handler: 'index.handler', Code: { ZipFile: zipOf('code') } };
const image = { PackageType: 'Image', Code: { ImageUri: 'registry/hook:1' } };
const updated = () =>
  expect
    .poll(() => call('GetFunctionConfiguration', { FunctionName: 'hook' }))
    .toMatchObject({ State: 'Active', LastUpdateStatus: 'Successful' });

it('numbers the versions of a layer, never using a number twice', async () => {
  const first = await publish('one', { Description: 'first', CompatibleRuntimes: ['nodejs20.x'] });
  await publish('two');
  await call('DeleteLayerVersion', { LayerName: 'tools', VersionNumber: 2 });
  const third = await publish('three');

  expect(first).toMatchObject({
    LayerArn: LAYER,
    LayerVersionArn: `${LAYER}:1`,
    Version: 1,
    Description: 'first',
    CompatibleRuntimes: ['nodejs20.x'],
    Content: { CodeSize: zipOf('one').length },
  });
  expect(third['Version']).toBe(3);
});

it('lists layers with their newest fitting version, and versions with the newest first', async () => {
  await publish('one', { CompatibleRuntimes: ['python3.12'] });
  await publish('two');
  await publish('other', { LayerName: 'other' });

  const layers = await call('ListLayers', {});
  const fitting = await call('ListLayers', { CompatibleRuntime: 'python3.12' });
  const versions = await call('ListLayerVersions', { LayerName: LAYER, MaxItems: 1 });
  const rest = await call('ListLayerVersions', { LayerName: 'tools', Marker: versions['NextMarker'] });

  expect(layers['Layers']).toMatchObject([
    { LayerName: 'other' },
    { LayerName: 'tools', LatestMatchingVersion: { Version: 2 } },
  ]);
  expect(fitting['Layers']).toMatchObject([{ LayerName: 'tools', LatestMatchingVersion: { Version: 1 } }]);
  expect(versions['LayerVersions']).toMatchObject([{ Version: 2 }]);
  expect(rest['LayerVersions']).toMatchObject([{ Version: 1 }]);
});

it('finds a version by number and by ARN, and says when there is none', async () => {
  await publish('one');

  expect(await call('GetLayerVersion', { LayerName: 'tools', VersionNumber: 1 })).toMatchObject({ Version: 1 });
  expect(await call('GetLayerVersionByArn', { Arn: `${LAYER}:1` })).toMatchObject({ Version: 1 });
  await expect(call('GetLayerVersion', { LayerName: 'tools', VersionNumber: 2 })).rejects.toMatchObject({
    code: 'ResourceNotFoundException',
  });
});

it('gives a function its layers, also after their deletion and a restart', async () => {
  await publish('layer one');
  await publish('layer two', { LayerName: 'second' });
  await create({ ...zipped, Layers: [`${LAYER}:1`, `${LAYER.replace('tools', 'second')}:1`] });
  await call('DeleteLayerVersion', { LayerName: 'tools', VersionNumber: 1 });
  await service.close();
  await open();

  await call('Invoke', { FunctionName: 'hook' });

  const [spec] = ran;
  const layers = spec?.package.kind === 'zip' ? spec.package.layers : [];
  const texts = await Promise.all(layers.map((layer) => readFile(join(layer, 'index.js'), 'utf8')));
  expect(texts).toEqual(['layer one', 'layer two']);
  expect(await call('GetFunctionConfiguration', { FunctionName: 'hook' })).toMatchObject({
    Layers: [{ Arn: `${LAYER}:1` }, { Arn: `${LAYER.replace('tools', 'second')}:1` }],
  });
});

it('takes layers away with an empty list and keeps them where none is given', async () => {
  await publish('layer');
  await create({ ...zipped, Layers: [`${LAYER}:1`] });
  await updated();

  const kept = await call('UpdateFunctionConfiguration', { FunctionName: 'hook', Timeout: 5 });
  await updated();
  const taken = await call('UpdateFunctionConfiguration', { FunctionName: 'hook', Layers: [] });

  expect(kept['Layers']).toHaveLength(1);
  expect(taken['Layers']).toBeUndefined();
});

it('refuses two versions of one layer', async () => {
  await publish('one');
  await publish('two');

  await expect(create({ ...zipped, Layers: [`${LAYER}:1`, `${LAYER}:2`] })).rejects.toThrow(
    'Two different versions of the same layer',
  );
});

it('creates a function from an image and runs it with its overrides', async () => {
  const created = await create({ ...image, ImageConfig: { Command: ['hook.handler'], WorkingDirectory: '/srv' } });

  await call('Invoke', { FunctionName: 'hook' });

  expect(created).toMatchObject({
    PackageType: 'Image',
    CodeSize: 0,
    CodeSha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    ImageConfigResponse: { ImageConfig: { Command: ['hook.handler'], WorkingDirectory: '/srv' } },
  });
  expect(created['Runtime']).toBeUndefined();
  expect(ran).toMatchObject([
    { package: { kind: 'image', uri: 'registry/hook:1', command: ['hook.handler'], workingDirectory: '/srv' } },
  ]);
  expect(await call('GetFunction', { FunctionName: 'hook' })).toMatchObject({
    Code: { RepositoryType: 'ECR', ImageUri: 'registry/hook:1' },
  });
});

it('replaces an image and keeps its overrides, and replaces overrides and keeps the image', async () => {
  await create({ ...image, ImageConfig: { Command: ['a'], EntryPoint: ['b'] } });
  await updated();

  await call('UpdateFunctionCode', { FunctionName: 'hook', ImageUri: 'registry/hook:2' });
  await updated();
  await call('UpdateFunctionConfiguration', { FunctionName: 'hook', ImageConfig: { Command: ['c'] } });
  await call('Invoke', { FunctionName: 'hook' });

  const [spec] = ran;
  expect(spec?.package).toMatchObject({ uri: 'registry/hook:2', command: ['c'] });
  expect(spec?.package).not.toHaveProperty('entryPoint');
});

it.each([
  ['UpdateFunctionCode', { ZipFile: zipOf('x') }, "Please don't provide ZipFile"],
  ['UpdateFunctionConfiguration', { Handler: 'a.b' }, "Please don't provide Handler or Runtime or Layer"],
])('refuses %s of an image function with what a zip has', async (operation, changes, message) => {
  await create(image);
  await updated();

  await expect(call(operation, { FunctionName: 'hook', ...changes })).rejects.toThrow(message);
});
