import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { awsCommand, awsCommandUnavailable } from '../support/aws-command.ts';
import { packageOf } from '../support/functions.ts';
import { startTestTeal, type TestTeal } from '../support/teal.ts';
import { python } from '../wire/python.ts';

const LIMIT_MS = 400_000;
const SCRIPT = join(dirname(fileURLToPath(import.meta.url)), 'boto3_lambda.py');

const boto3 = await python(['-c', 'import boto3']);
const noBoto3 = boto3.code !== 0 && !process.env['CI'];
const missing = awsCommandUnavailable();
const noAws = missing !== undefined && (!process.env['CI'] || missing.includes('does not read'));

let teal: TestTeal;
let folder: string;
beforeAll(async () => {
  teal = await startTestTeal();
  folder = await mkdtemp(join(tmpdir(), 'teal-e2e-lambda-'));
});
afterAll(async () => {
  await teal.close();
  await rm(folder, { recursive: true, force: true });
});

it.skipIf(noBoto3)(
  `takes a function through versions, aliases and events with boto3${noBoto3 ? ' (skipped: python3 with boto3 is not here)' : ''}`,
  async () => {
    const { code, output } = await python([SCRIPT, teal.url]);

    expect(output.trim()).toBe('fine');
    expect(code).toBe(0);
  },
  LIMIT_MS,
);

it.skipIf(noAws)(
  `releases a new version behind an alias with the aws command${noAws ? ` (skipped: ${missing})` : ''}`,
  async () => {
    const aws = awsCommand(teal.url);
    const named = ['--function-name', 'cli'];
    const pack = async (text: string) => {
      const file = join(folder, `${text}.zip`);
      await writeFile(file, packageOf(`exports.handler = async () => '${text}';`));
      return `fileb://${file}`;
    };
    const settings = ['--runtime', 'nodejs20.x', '--handler', 'index.handler', '--timeout', '30'];
    const role = ['--role', 'arn:aws:iam::123456789012:role/functions'];

    await aws.text(
      'lambda',
      'create-function',
      ...named,
      ...settings,
      ...role,
      '--zip-file',
      await pack('one'),
      '--publish',
    );
    await aws.text('lambda', 'wait', 'function-active-v2', ...named);
    await aws.text('lambda', 'create-alias', ...named, '--name', 'live', '--function-version', '1');
    await aws.text('lambda', 'update-function-code', ...named, '--zip-file', await pack('two'));
    await aws.text('lambda', 'wait', 'function-updated-v2', ...named);
    const version = await aws.value('Version', 'lambda', 'publish-version', ...named);
    await aws.text('lambda', 'wait', 'published-version-active', ...named, '--qualifier', version);
    const out = join(folder, 'out.json');
    const executed = ['lambda', 'invoke', ...named, '--qualifier', 'live', out];
    const before = await aws.value('ExecutedVersion', ...executed);
    await aws.text('lambda', 'update-alias', ...named, '--name', 'live', '--function-version', version);
    const after = await aws.value('ExecutedVersion', ...executed);

    expect([version, before, after]).toEqual(['2', '1', '2']);
    await expect(aws.text('lambda', 'delete-function', ...named, '--qualifier', '2')).rejects.toThrow(
      'Unable to delete version because the following aliases reference it: [live]',
    );
  },
  LIMIT_MS,
);
