import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { awsCommand, awsCommandTwo, awsCommandUnavailable } from '../support/aws-command.ts';
import { startTestTeal, type TestTeal } from '../support/teal.ts';

const run = promisify(execFile);
const noCommand = awsCommandUnavailable();
const noTail = awsCommandTwo === undefined ? 'there is no aws command of version 2, and 1 has no logs tail' : undefined;
const noBoto3 = await run('python3', ['-c', 'import boto3']).then(
  () => undefined,
  () => 'python3 with boto3 is not here',
);

/** Of one test, in milliseconds: each start of the command takes seconds on a busy machine. */
const LIMIT = 400_000;
const TAIL = ['logs', 'tail', '/cli/tail', '--format', 'short'];

let teal: TestTeal;
beforeAll(async () => {
  teal = await startTestTeal();
});
afterAll(() => teal.close());

/** A group with a stream, made with the aws command, and what puts messages there. */
async function commandStage(group: string, program?: string) {
  const command = awsCommand(teal.url, program);
  const names = ['--log-group-name', group, '--log-stream-name', 'web/1'];
  await command.text('logs', 'create-log-group', '--log-group-name', group);
  await command.text('logs', 'create-log-stream', ...names);
  const put = (...messages: string[]) => {
    const events = messages.map((message) => ({ timestamp: Date.now(), message }));
    return command.text('logs', 'put-log-events', ...names, '--log-events', JSON.stringify(events));
  };
  return { ...command, names, put };
}

it.skipIf(noCommand !== undefined && !process.env['CI'])(
  `puts, finds and reads events with the aws command${noCommand ? ` (skipped: ${noCommand})` : ''}`,
  { timeout: LIMIT },
  async () => {
    const { names, put, json, value } = await commandStage('/cli/walk');
    await put('GET /', 'ERROR one', 'ERROR two');
    const filter = ['logs', 'filter-log-events', '--log-group-name', '/cli/walk', '--filter-pattern', 'ERROR'];

    const found = await json<{ events: { message: string; eventId: string }[] }>(...filter, '--page-size', '1');
    const read = await value('events[].message', 'logs', 'get-log-events', ...names, '--limit', '2');
    const size = await value('logGroups[0].storedBytes', 'logs', 'describe-log-groups');

    expect(found.events.map(({ message }) => message)).toEqual(['ERROR one', 'ERROR two']);
    expect(new Set(found.events.map(({ eventId }) => eventId)).size).toBe(2);
    expect(read).toBe('ERROR one\tERROR two');
    expect(Number(size)).toBe('GET /ERROR oneERROR two'.length + 3 * 26);
  },
);

it.skipIf(noTail !== undefined && !process.env['CI'])(
  `tails a group with the aws command, following what comes${noTail ? ` (skipped: ${noTail})` : ''}`,
  { timeout: LIMIT },
  async () => {
    const { put, text, environment } = await commandStage('/cli/tail', awsCommandTwo);
    await put('first', 'second');

    const shown = await text(...TAIL);
    const tail = spawn(awsCommandTwo ?? '', [...TAIL, '--follow', '--endpoint-url', teal.url], { env: environment });
    let followed = '';
    tail.stdout.setEncoding('utf8').on('data', (more: string) => (followed += more));
    const ended = once(tail, 'exit');
    try {
      await expect.poll(() => followed, { timeout: 60_000, interval: 20 }).toContain('second');
      await put('third', 'fourth');
      await expect.poll(() => followed, { timeout: 60_000, interval: 20 }).toContain('fourth');
    } finally {
      tail.kill('SIGKILL');
      await ended;
    }

    const messages = (printed: string) => printed.split('\n').flatMap((line) => line.split(' ')[1] ?? []);
    expect(messages(shown)).toEqual(['first', 'second']);
    expect(messages(followed)).toEqual(['first', 'second', 'third', 'fourth']);
  },
);

it.skipIf(noBoto3 !== undefined && !process.env['CI'])(
  `goes through CloudWatch Logs with boto3${noBoto3 ? ` (skipped: ${noBoto3})` : ''}`,
  { timeout: LIMIT },
  async () => {
    const script = join(dirname(fileURLToPath(import.meta.url)), 'boto3_logs.py');

    const { stdout } = await run('python3', [script, teal.url]);

    expect(stdout.trim()).toBe('fine');
  },
);
