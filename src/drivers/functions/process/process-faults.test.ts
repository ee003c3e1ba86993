import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../../kernel/clock.ts';
import { silentLogger } from '../../../kernel/logger.ts';
import { millis, seconds } from '../../../kernel/span.ts';
import { testSpec, type SpecChanges } from '../functions.conformance.ts';
import type { Functions, InvocationResult, PrintedLine } from '../functions.ts';
import { createProcessFunctions } from './process-functions.ts';

let folder: string;
let functions: Functions;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'teal-functions-'));
  functions = createProcessFunctions({
    folder: join(folder, 'driver'),
    instance: `test${process.pid}`,
    logger: silentLogger(),
    clock: systemClock(),
  });
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

const KILLED = {
  errorType: 'Runtime.ExitError',
  errorMessage: 'RequestId: r-1 Error: Runtime exited with error: signal: killed',
};
const python = { runtime: 'python3.12' };
/** A time limit that a slow machine does not reach. */
const patient = { timeout: seconds(60), timeoutSeconds: 60 };

const stillAnswers = async (): Promise<void> =>
  expect((await run('well.js', 'exports.handler = async () => "well";')).payload).toBe('"well"');

it('answers for a function that was killed from outside, and starts it anew', async () => {
  const source = `exports.handler = async () => { process.kill(process.pid, 'SIGKILL'); await new Promise(() => setInterval(() => {}, 1e3)); };`;

  const [first, second] = [await run('killed.js', source), await run('killed.js', source)];

  expect(JSON.parse(first.payload)).toEqual(KILLED);
  expect(second.payload).toBe(first.payload);
  expect(first.logTail).toMatch(
    /RequestId: r-1 Error: Runtime exited with error: signal: killed\nRuntime\.ExitError\nEND .*\n.*\tStatus: error\tError Type: Runtime\.ExitError\n$/,
  );
});

it.each([
  [
    'buffers',
    'buffers.js',
    `exports.handler = async () => { const held = []; for (;;) { held.push(Buffer.alloc(1e6, 1)); await null; } };`,
  ],
  [
    'objects',
    'objects.js',
    `exports.handler = async () => { const held = []; for (;;) held.push({ n: held.length, s: String(held.length) }); };`,
  ],
  [
    'a process that it started',
    'child.js',
    `exports.handler = () => new Promise(() => require('node:child_process').spawn(process.execPath,
       ['-e', 'const held = []; setInterval(() => held.push(Buffer.alloc(4e6, 1)), 1)']));`,
  ],
])('ends a function whose memory is filled by %s', async (_what, file, source) => {
  const result = await run(file, source, patient);

  expect(result.functionError).toBe('Unhandled');
  expect(JSON.parse(result.payload)).toEqual(KILLED);
  expect(result.logTail).toContain('Memory Size: 128 MB\tMax Memory Used: 128 MB');
  await stillAnswers();
});

it('ends a python function that holds too much memory, also while it is loaded', async () => {
  const fill = `held = []\nwhile True:\n    held.append(bytearray(1000000))\n`;

  const inHandler = await run('fills.py', `def handler(event, context):\n    ${fill.replaceAll('\n', '\n    ')}`, {
    ...python,
    ...patient,
  });
  const atLoad = await run('fillsearly.py', fill, { ...python, ...patient });

  expect([inHandler, atLoad].map(({ payload }) => JSON.parse(payload) as unknown)).toEqual([KILLED, KILLED]);
});

it('lets a function hold what its memory size allows', async () => {
  const source = `exports.handler = async () => Buffer.alloc(300e6, 1).length;`;

  expect((await run('large.js', source, { memoryMiB: 512, ...patient })).payload).toBe('300000000');
});

it('says how much memory was used', async () => {
  const source = `exports.handler = async () => { global.held = Buffer.alloc(200e6, 1); await new Promise((r) => setTimeout(r, 3000)); };`;

  const { logTail } = await run('uses.js', source, { memoryMiB: 1024, ...patient });

  expect(Number(/Max Memory Used: (\d+) MB/.exec(logTail)?.[1])).toBeGreaterThan(190);
});

it('writes no file larger than the ephemeral storage', async () => {
  const source = `const fs = require('node:fs'), os = require('node:os'), path = require('node:path');
    exports.handler = async () => { fs.writeFileSync(path.join(os.tmpdir(), 'big'), Buffer.alloc(3e6)); };`;

  const result = await run('writes.js', source, { ephemeralStorageMiB: 2 });

  expect(JSON.parse(result.payload)).toMatchObject({ errorMessage: expect.stringContaining('EFBIG') as string });
});

it('gives each sandbox a folder for temporary files, and removes it with the sandbox', async () => {
  const short = createProcessFunctions({
    folder: join(folder, 'short'),
    instance: 'test',
    logger: silentLogger(),
    clock: systemClock(),
    idle: millis(60_000),
  });
  await writeFile(
    join(folder, 'temporary.js'),
    `exports.handler = async () => { const at = require('node:os').tmpdir(); require('node:fs').writeFileSync(at + '/x', ''); await new Promise((r) => setTimeout(r, 300)); return at; };`,
  );

  const results = await Promise.all(['r-1', 'r-2'].map((id) => short.invoke(testSpec('temporary', folder), '{}', id)));
  const before = await readdir(join(folder, 'short', 'tmp'));
  await short.close();

  expect(new Set(results.map(({ payload }) => payload)).size).toBe(2);
  expect(before).toHaveLength(2);
  await expect.poll(() => readdir(join(folder, 'short', 'tmp'))).toEqual([]);
});

it('holds no more of 100 MB of output without a line end than a few lines', async () => {
  const source = `exports.handler = async () => { for (let i = 0; i < 100; i++) process.stdout.write('x'.repeat(1e6)); };`;
  await writeFile(join(folder, 'endless.js'), source);
  let bytes = 0;
  let longest = 0;
  const print = async (_stream: string, lines: readonly PrintedLine[]): Promise<void> => {
    for (const { message } of lines) {
      bytes += message.length;
      longest = Math.max(longest, message.length);
    }
  };
  const before = process.memoryUsage().rss;

  const result = await functions.invoke(testSpec('endless', folder, patient), '{}', 'r-1', print);

  expect(result.payload).toBe('null');
  expect(bytes).toBeGreaterThan(100e6);
  expect(longest).toBeLessThan(1e6);
  expect(process.memoryUsage().rss - before).toBeLessThan(200e6);
});

it('says when the time was up, in the log too', async () => {
  const result = await run('slow.js', `exports.handler = () => new Promise(() => setInterval(() => {}, 1000));`, {
    timeout: millis(300),
    timeoutSeconds: 0.3,
  });

  expect(result.payload).toContain('Task timed out after 0.30 seconds');
  expect(result.logTail).toMatch(/Z r-1 Task timed out after 0\.30 seconds\n\nEND .*\n.*\tStatus: timeout\n$/);
});

it('runs many invocations at once, each in a sandbox of its own, some of which die', async () => {
  await writeFile(
    join(folder, 'crowd.js'),
    `let used = 0; exports.handler = async (n) => { if (used++) return 'shared'; if (n % 3 === 0) process.exit(7); await new Promise((r) => setTimeout(r, 1500)); return n; };`,
  );

  const results = await Promise.all(
    [1, 2, 3, 4, 5, 6].map((n) => functions.invoke(testSpec('crowd', folder, patient), String(n), `r-${n}`)),
  );

  const died = (n: number) =>
    expect.stringContaining(`RequestId: r-${n} Error: Runtime exited with error: exit status 7`) as string;
  expect(results.map(({ payload }) => payload)).toEqual(['1', '2', died(3), '4', '5', died(6)]);
});
