import {
  CreateFunctionCommand,
  DeleteLayerVersionCommand,
  GetLayerVersionByArnCommand,
  GetLayerVersionCommand,
  InvokeCommand,
  ListLayersCommand,
  ListLayerVersionsCommand,
  PublishLayerVersionCommand,
} from '@aws-sdk/client-lambda';
import { strToU8, zipSync, type Zippable } from 'fflate';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dockerUnavailable, ensureNodeImage } from '../support/docker-image.ts';
import { startTestTeal, type TestTeal } from '../support/teal.ts';

const unavailable = await dockerUnavailable();
let teal: TestTeal;
beforeAll(async () => {
  teal = await startTestTeal();
});
afterAll(() => teal.close());

type Changes = Partial<ConstructorParameters<typeof CreateFunctionCommand>[0]>;

const create = (FunctionName: string, changes: Changes) =>
  teal.lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Role: `arn:aws:iam::${teal.account}:role/hooks`,
      Timeout: 60,
      Code: {},
      ...changes,
    }),
  );
const zip = (files: Record<string, string>) => ({
  Code: { ZipFile: zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)]))) },
});
const node = { Runtime: 'nodejs20.x', Handler: 'index.handler' } as const;

async function invoke(FunctionName: string, ClientContext?: string): Promise<unknown> {
  const { Payload } = await teal.lambda.send(
    new InvokeCommand({ FunctionName, ...(ClientContext === undefined ? {} : { ClientContext }) }),
  );
  return JSON.parse(Payload?.transformToString() ?? 'null');
}

const layer = (files: Zippable) =>
  teal.lambda.send(new PublishLayerVersionCommand({ LayerName: 'tools', Content: { ZipFile: zipSync(files) } }));

it('publishes a layer, shows it, runs a function with it, and deletes it', async () => {
  const { LayerVersionArn = '', $metadata } = await layer({
    'nodejs/node_modules/greeting/index.js': strToU8(`module.exports = 'from the layer';`),
  });
  await create('layered', {
    ...node,
    ...zip({ 'index.js': `exports.handler = async () => require('greeting');` }),
    Layers: [LayerVersionArn],
  });

  const byNumber = await teal.lambda.send(new GetLayerVersionCommand({ LayerName: 'tools', VersionNumber: 1 }));
  const byArn = await teal.lambda.send(new GetLayerVersionByArnCommand({ Arn: LayerVersionArn }));
  const { Layers } = await teal.lambda.send(new ListLayersCommand({}));
  const { LayerVersions } = await teal.lambda.send(new ListLayerVersionsCommand({ LayerName: 'tools' }));
  await teal.lambda.send(new DeleteLayerVersionCommand({ LayerName: 'tools', VersionNumber: 1 }));

  expect($metadata.httpStatusCode).toBe(201);
  expect(LayerVersionArn).toBe(`arn:aws:lambda:us-east-1:${teal.account}:layer:tools:1`);
  expect([byNumber.Version, byArn.Version]).toEqual([1, 1]);
  expect(Layers).toMatchObject([{ LayerName: 'tools', LatestMatchingVersion: { Version: 1 } }]);
  expect(LayerVersions).toMatchObject([{ Version: 1 }]);
  expect(await invoke('layered')).toBe('from the layer');
  await expect(
    teal.lambda.send(new GetLayerVersionCommand({ LayerName: 'tools', VersionNumber: 1 })),
  ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

it('runs a bootstrap of its own, with the modes that the zip has', async () => {
  const bootstrap = `#!${process.execPath}
const api = 'http://' + process.env.AWS_LAMBDA_RUNTIME_API + '/2018-06-01/runtime/invocation/';
(async () => { for (;;) {
  const next = await fetch(api + 'next');
  await fetch(api + next.headers.get('lambda-runtime-aws-request-id') + '/response', { method: 'POST', body: '"own runtime"' });
} })();`;
  const ZipFile = zipSync({ bootstrap: [strToU8(bootstrap), { os: 3, attrs: 0o100755 * 65_536 }] });
  await create('own', { Runtime: 'provided.al2023', Handler: 'any', Code: { ZipFile } });

  expect(await invoke('own')).toBe('own runtime');
});

it('hands a function the client context, and refuses one that is no JSON object', async () => {
  await create('context', {
    ...node,
    ...zip({ 'index.js': 'exports.handler = async (event, context) => context.clientContext;' }),
  });
  const encoded = (text: string) => Buffer.from(text).toString('base64');

  expect(await invoke('context', encoded('{"custom":{"who":"Zoë"}}'))).toEqual({ custom: { who: 'Zoë' } });
  await expect(invoke('context', encoded('[1]'))).rejects.toMatchObject({
    name: 'InvalidRequestContentException',
    message: 'Client context must be a valid Base64-encoded JSON object.',
  });
});

it('refuses an image that is nowhere', async () => {
  const creating = create('nowhere', { PackageType: 'Image', Code: { ImageUri: '127.0.0.1:9/none:1' } });

  await expect(creating).rejects.toMatchObject({
    name: 'InvalidParameterValueException',
    message: expect.stringContaining('Source image 127.0.0.1:9/none:1') as string,
  });
});

it.skipIf(unavailable !== undefined && !process.env['CI'])(
  `runs a function from an image, which reaches Teal (${unavailable ?? 'docker answers'})`,
  async () => {
    const runtime = `
const api = 'http://' + process.env.AWS_LAMBDA_RUNTIME_API + '/2018-06-01/runtime/invocation/';
(async () => { for (;;) {
  const next = await fetch(api + 'next');
  const health = await (await fetch(process.env.AWS_ENDPOINT_URL + '/_teal/health')).json();
  await fetch(api + next.headers.get('lambda-runtime-aws-request-id') + '/response', { method: 'POST', body: JSON.stringify(health.status) });
} })();`;
    const created = await create('image', {
      PackageType: 'Image',
      Code: { ImageUri: await ensureNodeImage() },
      ImageConfig: { EntryPoint: ['/usr/local/bin/node'], Command: ['-e', runtime] },
    });

    expect(created).toMatchObject({
      PackageType: 'Image',
      ImageConfigResponse: { ImageConfig: { Command: ['-e', runtime] } },
    });
    expect(await invoke('image')).toBe('ok');
  },
);
