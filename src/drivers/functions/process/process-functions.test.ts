import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../../kernel/clock.ts';
import { silentLogger } from '../../../kernel/logger.ts';
import { millis, seconds } from '../../../kernel/span.ts';
import { functionsConformance, testSpec, type SpecChanges } from '../functions.conformance.ts';
import type { Functions, InvocationResult } from '../functions.ts';
import { createProcessFunctions } from './process-functions.ts';

const create = (folder: string): Functions =>
  createProcessFunctions({ folder, instance: `test${process.pid}`, logger: silentLogger(), clock: systemClock() });

functionsConformance('process', create);

let folder: string;
let functions: Functions;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'teal-functions-'));
  functions = create(join(folder, 'driver'));
});
afterAll(async () => {
  await functions.close();
  await rm(folder, { recursive: true, force: true });
});

async function run(file: string, source: string, changes: SpecChanges = {}): Promise<InvocationResult> {
  const [name = ''] = file.split('.');
  await writeFile(join(folder, file), source);
  return functions.invoke(testSpec(name, folder, changes), '{"n":1}', 'r-1');
}

const short = { timeout: seconds(1), timeoutSeconds: 1 };
const python = { runtime: 'python3.12' };

it('runs a handler of callback style', async () => {
  const result = await run(
    'callback.js',
    `exports.handler = (event, context, done) => setTimeout(done, 1, null, event.n + 1);`,
  );

  expect(result.payload).toBe('2');
});

it('answers null when a callback never comes and nothing is left to do', async () => {
  expect((await run('silent.js', `exports.handler = (event, context, done) => {};`)).payload).toBe('null');
});

it('runs a handler in an ES module', async () => {
  const source = `import { sep } from 'node:path'; export const handler = async (event) => ({ ...event, sep });`;

  expect((await run('module.mjs', source)).payload).toBe('{"n":1,"sep":"/"}');
});

it('offers the AWS SDK to functions that bring none, in both module systems', async () => {
  const common = await run('sdk.js', `exports.handler = async () => typeof require('@aws-sdk/client-sts').STSClient;`);
  const module = await run(
    'sdkmodule.mjs',
    `import { STSClient } from '@aws-sdk/client-sts'; export const handler = async () => typeof STSClient;`,
  );

  expect([common.payload, module.payload]).toEqual(['"function"', '"function"']);
});

it('tells a function its context and environment', async () => {
  const result = await run(
    'context.js',
    `exports.handler = async (event, context) => [context.awsRequestId, context.invokedFunctionArn,
       context.getRemainingTimeInMillis() > 0, process.env.MINE, process.env.AWS_LAMBDA_FUNCTION_NAME, process.env.TEAL_SDK_FROM];`,
    { environment: { MINE: 'yes' } },
  );

  expect(JSON.parse(result.payload)).toEqual([
    'r-1',
    'arn:aws:lambda:us-east-1:000000000000:function:context',
    true,
    'yes',
    'context',
    null,
  ]);
});

it('keeps a sandbox warm, and starts anew after it has ended', async () => {
  const source = `let count = 0; exports.handler = async () => [++count, process.pid];`;
  const counted = async () => JSON.parse((await run('warm.js', source)).payload) as [count: number, pid: number];

  const [first, firstPid] = await counted();
  const [second, secondPid] = await counted();
  process.kill(secondPid, 'SIGKILL');
  await expect.poll(() => isRunning(secondPid)).toBe(false);
  const [third, thirdPid] = await counted();

  expect([first, second, third]).toEqual([1, 2, 1]);
  expect(secondPid).toBe(firstPid);
  expect(thirdPid).not.toBe(firstPid);
});

it('ends a function that spins when its time is up', async () => {
  const result = await run('spin.js', `exports.handler = async () => { for (;;); };`, short);

  expect(result.functionError).toBe('Unhandled');
  expect(JSON.parse(result.payload)).toEqual({
    errorType: 'Sandbox.Timedout',
    errorMessage: 'RequestId: r-1 Error: Task timed out after 1.00 seconds',
  });
});

it('ends what a function started together with the function', async () => {
  const pidFile = join(folder, 'grandchild.pid');
  const source = `const { spawn } = require('node:child_process');
    exports.handler = async () => {
      require('node:fs').writeFileSync(${JSON.stringify(pidFile)}, String(spawn('sleep', ['60']).pid));
      await new Promise(() => setInterval(() => {}, 1000));
    };`;

  await run('parent.js', source, { timeout: seconds(5), timeoutSeconds: 5 });

  const pid = Number(await readFile(pidFile, 'utf8'));
  await expect.poll(() => isRunning(pid)).toBe(false);
});

it('reports a process that exits', async () => {
  const clean = await run('exit.js', `exports.handler = async () => process.exit(0);`);
  const failed = await run('exitfailed.js', `exports.handler = async () => process.exit(3);`);

  expect(JSON.parse(clean.payload)).toEqual({
    errorType: 'Runtime.ExitError',
    errorMessage: 'RequestId: r-1 Error: Runtime exited without providing a reason',
  });
  expect(JSON.parse(failed.payload)).toMatchObject({
    errorMessage: 'RequestId: r-1 Error: Runtime exited with error: exit status 3',
  });
});

it('reports an exception outside the handler and a rejection that nobody handles', async () => {
  const thrown = await run(
    'uncaught.js',
    `exports.handler = async () => { setTimeout(() => { throw new RangeError('late'); }); await new Promise((r) => setTimeout(r, 5000)); };`,
  );
  const rejected = await run(
    'rejected.js',
    `exports.handler = async () => { Promise.reject(new Error('alone')); await new Promise((r) => setTimeout(r, 5000)); };`,
  );

  expect(JSON.parse(thrown.payload)).toMatchObject({ errorType: 'RangeError', errorMessage: 'late' });
  expect(JSON.parse(rejected.payload)).toMatchObject({ errorType: 'Runtime.UnhandledPromiseRejection' });
});

it.each([
  ['absent.handler', 'Runtime.ImportModuleError', "Cannot find module 'absent'"],
  ['broken.handler', 'Runtime.UserCodeSyntaxError', 'SyntaxError'],
  ['broken', 'Runtime.MalformedHandlerName', 'Bad handler'],
  ['other.missing', 'Runtime.HandlerNotFound', 'other.missing is undefined or not exported'],
])('reports the handler %s as %s', async (handler, errorType, words) => {
  await writeFile(join(folder, 'other.js'), 'exports.handler = async () => 1;');

  const result = await run('broken.js', 'exports.handler = async () => { ;', { handler });

  expect(result.functionError).toBe('Unhandled');
  expect(JSON.parse(result.payload)).toMatchObject({ errorType });
  expect(result.payload).toContain(words);
});

it('refuses a result above 6 MB and serves on', async () => {
  const source = `exports.handler = async () => 'x'.repeat(7e6);`;

  const [first, second] = [await run('large.js', source), await run('large.js', source)];

  expect(JSON.parse(first.payload)).toMatchObject({ errorType: 'Function.ResponseSizeTooLarge' });
  expect(second.payload).toBe(first.payload);
});

it('keeps the last 4 KiB of 100 MB of output, in order', async () => {
  const result = await run(
    'loud.js',
    `exports.handler = async () => {
       for (let i = 0; i < 100; i++) process.stdout.write('x'.repeat(1e6) + '\\n');
       process.stderr.write('almost there\\n');
       console.log('the last line');
     };`,
  );

  expect(result.payload).toBe('null');
  expect(Buffer.byteLength(result.logTail)).toBe(4096);
  expect(result.logTail).toMatch(/almost there\n.*\tr-1\tINFO\tthe last line\nEND RequestId: r-1\nREPORT /);
});

it('ends an idle sandbox after a while', async () => {
  const impatient = createProcessFunctions({
    folder: join(folder, 'driver'),
    instance: `test${process.pid}`,
    logger: silentLogger(),
    clock: systemClock(),
    idle: millis(1),
  });
  await writeFile(join(folder, 'idle.js'), 'exports.handler = async () => process.pid;');

  const { payload } = await impatient.invoke(testSpec('idle', folder), '{}', 'r-1');

  await expect.poll(() => isRunning(Number(payload))).toBe(false);
  await impatient.close();
});

it('lets invocations above the limit wait for their turn', async () => {
  const narrow = createProcessFunctions({
    folder: join(folder, 'driver'),
    instance: `test${process.pid}`,
    logger: silentLogger(),
    clock: systemClock(),
    limit: 1,
  });
  await writeFile(join(folder, 'one.js'), 'exports.handler = async () => process.pid;');
  await writeFile(join(folder, 'two.js'), 'exports.handler = async () => process.pid;');

  const results = await Promise.all(
    ['one', 'two', 'one'].map((name) => narrow.invoke(testSpec(name, folder), '{}', 'r')),
  );

  expect(results.map((result) => result.functionError)).toEqual([undefined, undefined, undefined]);
  await narrow.close();
});

it('runs python handlers, and keeps a sandbox warm', async () => {
  const source = `
import os
count = 0
def handler(event, context):
    global count
    count += 1
    print('printed', context.aws_request_id)
    return {'n': event['n'], 'count': count, 'name': context.function_name, 'root': os.environ['LAMBDA_TASK_ROOT']}
`;

  await run('snake.py', source, python);
  const result = await run('snake.py', source, python);

  expect(JSON.parse(result.payload)).toEqual({ n: 1, count: 2, name: 'snake', root: folder });
  expect(result.logTail).toContain('\nprinted r-1\nEND RequestId: r-1\n');
});

it('reports what python code raises with its stack', async () => {
  const result = await run('raises.py', `def handler(event, context):\n    raise ValueError('bad luck')\n`, python);

  expect(JSON.parse(result.payload)).toMatchObject({
    errorMessage: 'bad luck',
    errorType: 'ValueError',
    requestId: 'r-1',
  });
  expect(result.payload).toContain('raises.py');
  expect(result.logTail).toContain('[ERROR] ValueError: bad luck');
});

it.each([
  ['gone.handler', 'Runtime.ImportModuleError', "Unable to import module 'gone': No module named 'gone'"],
  ['plain.missing', 'Runtime.HandlerNotFound', "Handler 'missing' missing on module 'plain'"],
])('reports the python handler %s as %s', async (handler, errorType, errorMessage) => {
  const result = await run('plain.py', 'x = 1\n', { ...python, handler });

  expect(JSON.parse(result.payload)).toEqual({ errorType, errorMessage, requestId: '', stackTrace: [] });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
