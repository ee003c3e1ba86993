import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CreateFunctionCommand, GetFunctionCommand, InvokeCommand, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { strToU8, zipSync, type Zippable } from 'fflate';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { startTestTeal, type TestTeal } from '../support/teal.ts';

let teal: TestTeal;
beforeAll(async () => {
  teal = await startTestTeal();
});
afterAll(() => teal.close());

type Changes = Partial<ConstructorParameters<typeof CreateFunctionCommand>[0]>;

const create = (FunctionName: string, files: Zippable | Uint8Array, changes: Changes = {}) =>
  teal.lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Role: `arn:aws:iam::${teal.account}:role/hooks`,
      Runtime: 'nodejs20.x',
      Handler: 'index.handler',
      Timeout: 60,
      Code: { ZipFile: files instanceof Uint8Array ? files : zipSync(files) },
      ...changes,
    }),
  );

const source = (body: string): Zippable => ({ 'index.js': strToU8(`exports.handler = async (event) => { ${body} };`) });

async function invoke(FunctionName: string, Payload = '{}') {
  const answer = await teal.lambda.send(
    new InvokeCommand({ FunctionName, Payload: strToU8(Payload), LogType: 'Tail' }),
  );
  return {
    error: answer.FunctionError,
    payload: JSON.parse(answer.Payload?.transformToString() ?? 'null') as Record<string, unknown>,
    log: Buffer.from(answer.LogResult ?? '', 'base64').toString(),
  };
}

async function stillAnswers(): Promise<void> {
  expect((await teal.lambda.send(new ListFunctionsCommand({}))).$metadata.httpStatusCode).toBe(200);
}

it.each<[string, string, Changes, string, RegExp]>([
  [
    'oom',
    'const held = []; for (;;) { held.push(Buffer.alloc(1e6, 1)); await null; }',
    {},
    'Runtime.ExitError',
    /signal: killed$/,
  ],
  ['endless', 'for (;;);', { Timeout: 1 }, 'Sandbox.Timedout', /Task timed out after 1\.00 seconds$/],
  ['exits', 'process.exit(3)', {}, 'Runtime.ExitError', /exit status 3$/],
  ['large', 'return "x".repeat(7e6)', {}, 'Function.ResponseSizeTooLarge', /6291556 bytes/],
  ['missing', '', { Handler: 'index.other' }, 'Runtime.HandlerNotFound', /index\.other is undefined or not exported/],
  ['absent', '', { Handler: 'other.handler' }, 'Runtime.ImportModuleError', /Cannot find module 'other'/],
  ['syntax', '} } {', {}, 'Runtime.UserCodeSyntaxError', /SyntaxError/],
])('answers for a function that fails: %s', async (name, body, changes, errorType, message) => {
  await create(name, source(body), changes);

  const { error, payload } = await invoke(name);

  expect(error).toBe('Unhandled');
  expect(payload).toMatchObject({ errorType, errorMessage: expect.stringMatching(message) as string });
  await stillAnswers();
});

it('answers for a function that is killed from outside, and runs it again', async () => {
  const pidFile = join(teal.data, 'victim.pid');
  await create(
    'victim',
    source(
      `if (event.well) return 'well'; require('node:fs').writeFileSync(event.file, String(process.pid)); await new Promise(() => setInterval(() => {}, 1e3));`,
    ),
  );

  const running = invoke('victim', JSON.stringify({ file: pidFile }));
  const pid = await eventually('the function to run', async () => {
    const text = await readFile(pidFile, 'utf8').catch(() => '');
    return text === '' ? undefined : Number(text);
  });
  process.kill(pid, 'SIGKILL');

  expect((await running).payload).toMatchObject({
    errorType: 'Runtime.ExitError',
    errorMessage: expect.stringContaining('Runtime exited with error: signal: killed') as string,
  });
  expect((await invoke('victim', '{"well":true}')).payload).toBe('well');
});

it('holds no more than the end of 100 MB of output', async () => {
  await create(
    'loud',
    source(`for (let i = 0; i < 100; i++) process.stdout.write('x'.repeat(1e6) + '\\n'); return 1;`),
    {
      MemorySize: 512,
    },
  );

  const { payload, log } = await invoke('loud');

  expect(payload).toBe(1);
  expect(Buffer.byteLength(log)).toBe(4096);
  await stillAnswers();
});

/** The signature before an entry of a zip's directory. */
const DIRECTORY = Buffer.from([0x50, 0x4b, 1, 2]);

function bomb(): Uint8Array {
  const zip = Buffer.from(zipSync({ 'a.bin': new Uint8Array(1000) }));
  zip.writeUInt32LE(263_000_000, zip.indexOf(DIRECTORY) + 24);
  return zip;
}

function lying(): Uint8Array {
  const zip = Buffer.from(zipSync({ 'a.bin': new Uint8Array(1_000_000) }));
  zip.writeUInt32LE(10, zip.indexOf(DIRECTORY) + 24);
  return zip;
}

const link = (target: string): Zippable[string] => [strToU8(target), { os: 3, attrs: 0o120777 * 65_536 }];

it.each<[string, Zippable | Uint8Array, string]>([
  ['no zip', strToU8('no zip at all'), 'Could not unzip uploaded file.'],
  ['half a zip', zipSync(source('return 1')).subarray(0, 60), 'Could not unzip uploaded file.'],
  ['a bomb', bomb(), 'Unzipped size must be smaller than 262144000 bytes'],
  ['a bomb that lies about its size', lying(), 'Could not unzip uploaded file.'],
  ['a name that climbs out', { '../../out.js': strToU8('1') }, 'Could not unzip uploaded file.'],
  ['a link out of the package', { 'index.js': strToU8('1'), out: link('/etc/passwd') }, "The link 'out' leads out"],
])('refuses %s and keeps nothing of it', async (_what, zip, message) => {
  await expect(create('refused', zip)).rejects.toMatchObject({
    name: 'InvalidParameterValueException',
    message: expect.stringContaining(message) as string,
  });

  await expect(teal.lambda.send(new GetFunctionCommand({ FunctionName: 'refused' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});

it('says that a bootstrap cannot be run', async () => {
  const script: Zippable[string] = [strToU8('#!/bin/sh\n'), { os: 3, attrs: 0o100644 * 65_536 }];
  await create('own', { bootstrap: script }, { Runtime: 'provided.al2023', Handler: 'any' });

  const { error, payload, log } = await invoke('own');

  expect(error).toBe('Unhandled');
  expect(payload).toMatchObject({
    errorType: 'Runtime.InvalidEntrypoint',
    errorMessage: expect.stringContaining('fork/exec /var/task/bootstrap: permission denied') as string,
  });
  expect(log).toContain('permission denied');
});
