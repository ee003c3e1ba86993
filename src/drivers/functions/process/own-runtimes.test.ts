import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../../kernel/clock.ts';
import { silentLogger } from '../../../kernel/logger.ts';
import { testSpec, type SpecChanges } from '../functions.conformance.ts';
import type { Functions, InvocationContext } from '../functions.ts';
import { createProcessFunctions } from './process-functions.ts';

let root: string;
let code: string;
let functions: Functions;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'teal-runtimes-'));
  code = join(root, 'code');
  await mkdir(code);
  functions = createProcessFunctions({
    folder: join(root, 'driver'),
    instance: `test${process.pid}`,
    logger: silentLogger(),
    clock: systemClock(),
  });
});
afterEach(async () => {
  await functions.close();
  await rm(root, { recursive: true, force: true });
});

async function put(path: string, text: string, mode = 0o755): Promise<void> {
  const at = join(root, path);
  await mkdir(join(at, '..'), { recursive: true });
  await writeFile(at, text);
  await chmod(at, mode);
}

const provided = { runtime: 'provided.al2023', handler: 'anything' };
const invoke = async (changes: SpecChanges, context?: InvocationContext) => {
  const result = await functions.invoke(testSpec('own', code, changes), '{"n":1}', 'r-1', undefined, context);
  return { ...result, answer: JSON.parse(result.payload) as Record<string, unknown> };
};

/** A runtime as a user would write one, in the language that is surely here. */
const bootstrap = (perform: string, atStart = ''): string => `#!${process.execPath}
const api = 'http://' + process.env.AWS_LAMBDA_RUNTIME_API + '/2018-06-01/runtime/';
const post = (path, body, headers) => fetch(api + path, { method: 'POST', body, headers });
(async () => {
  ${atStart}
  for (;;) {
    const next = await fetch(api + 'invocation/next');
    const id = next.headers.get('lambda-runtime-aws-request-id');
    const event = await next.text();
    ${perform}
  }
})();`;

it('runs the bootstrap of a provided function, and shows what it prints', async () => {
  await put(
    'code/bootstrap',
    bootstrap(`console.log('at work'); await post('invocation/' + id + '/response', JSON.stringify({ event: JSON.parse(event), handler: process.env._HANDLER,
      root: process.env.LAMBDA_TASK_ROOT, cwd: process.cwd() }));`),
  );

  const first = await invoke(provided);
  const second = await invoke(provided);

  expect(first.answer).toEqual({ event: { n: 1 }, handler: 'anything', root: code, cwd: code });
  expect(second.logTail).toMatch(/^START .*\nat work\nEND /);
  expect(second.logTail).not.toContain('Init Duration');
});

it('tells a runtime what Lambda tells: deadline, ARN, trace and client context', async () => {
  await put(
    'code/bootstrap',
    bootstrap(`await post('invocation/' + id + '/response', JSON.stringify(Object.fromEntries(next.headers)));`),
  );

  const { answer } = await invoke(provided, { clientContext: '{"custom": {"who": "Zoë"}}' });

  expect(answer).toMatchObject({
    'lambda-runtime-aws-request-id': 'r-1',
    'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:us-east-1:000000000000:function:own',
    'lambda-runtime-trace-id': expect.stringMatching(
      /^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$/,
    ) as string,
    'lambda-runtime-client-context': '{"custom":{"who":"Zo\\u00eb"}}',
  });
  expect(Number(answer['lambda-runtime-deadline-ms'])).toBeGreaterThan(Date.now());
});

it('hands on the errors that a runtime reports, of an invocation and of its start', async () => {
  const error = `JSON.stringify({ errorType: 'Mine', errorMessage: 'no luck' })`;
  await put('code/bootstrap', bootstrap(`await post('invocation/' + id + '/error', ${error});`));
  await put('other/bootstrap', bootstrap('', `await post('init/error', ${error}); process.exit(1);`));

  const invocation = await invoke(provided);
  const start = await invoke({ ...provided, folder: join(root, 'other') });

  for (const { answer, functionError } of [invocation, start]) {
    expect(answer).toEqual({ errorType: 'Mine', errorMessage: 'no luck' });
    expect(functionError).toBe('Unhandled');
  }
});

it.each([
  ['not there', undefined, 0, "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]"],
  ['not executable', '#!/bin/sh\n', 0o644, 'fork/exec /var/task/bootstrap: permission denied'],
  ['no program', 'just text', 0o755, 'fork/exec /var/task/bootstrap: exec format error'],
])('says that a bootstrap is %s', async (_what, text, mode, reason) => {
  // Whoever is root may read everything, but runs only what is executable for someone.
  if (text !== undefined) await put('code/bootstrap', text, mode);

  const { answer, functionError, logTail } = await invoke(provided);

  expect(functionError).toBe('Unhandled');
  expect(answer).toEqual({ errorType: 'Runtime.InvalidEntrypoint', errorMessage: `RequestId: r-1 Error: ${reason}` });
  expect(logTail).toContain(reason);
});

it('says how a bootstrap ended that never asked for an event', async () => {
  await put('code/bootstrap', '#!/bin/sh\nexit 127\n');

  expect((await invoke(provided)).answer['errorMessage']).toContain('Runtime exited with error: exit status 127');
});

it('finds what layers bring, the last layer first', async () => {
  await put('one/nodejs/node_modules/shared/index.js', `module.exports = 'one';`);
  await put('one/nodejs/node_modules/only/index.js', `module.exports = 'only in one';`);
  await put('two/nodejs/node20/node_modules/shared/index.js', `module.exports = 'two';`);
  await put('two/bin/tool', '#!/bin/sh\necho tool of two\n');
  await put(
    'code/own.js',
    `exports.handler = async () => [require('shared'), require('only'), require('node:child_process').execFileSync('tool').toString()];`,
  );

  const result = await invoke({ layers: [join(root, 'one'), join(root, 'two')] });

  expect(result.answer).toEqual(['two', 'only in one', 'tool of two\n']);
});

it('finds the python packages of layers, and a bootstrap in one', async () => {
  await put('one/python/shared.py', `name = 'layer'`);
  await put('code/own.py', `import shared\ndef handler(event, context):\n    return shared.name\n`);
  await put('two/bootstrap', bootstrap(`await post('invocation/' + id + '/response', '"from a layer"');`));

  expect((await invoke({ runtime: 'python3.12', layers: [join(root, 'one')] })).answer).toBe('layer');
  expect((await invoke({ ...provided, layers: [join(root, 'two')] })).answer).toBe('from a layer');
});

it('gives handlers the client context in both languages', async () => {
  await put('code/own.js', 'exports.handler = async (event, context) => context.clientContext;');
  await put(
    'code/own.py',
    'def handler(event, context):\n    return [context.client_context.custom, context.client_context.client.app_title]\n',
  );
  const context = { clientContext: '{"custom":{"a":"1"},"client":{"app_title":"T"}}' };

  expect((await invoke({}, context)).answer).toEqual({ custom: { a: '1' }, client: { app_title: 'T' } });
  expect((await invoke({ runtime: 'python3.12' }, context)).answer).toEqual([{ a: '1' }, 'T']);
});
