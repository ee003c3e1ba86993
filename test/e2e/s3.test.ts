import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { awsCommand, awsCommandUnavailable } from '../support/aws-command.ts';
import { spawnTeal, type SpawnedTeal } from '../support/spawned-teal.ts';

const run = promisify(execFile);
const withoutBoto = await run('python3', ['-c', 'import boto3']).then(
  () => undefined,
  () => 'python3 with boto3 is not here',
);
const withoutCommand = awsCommandUnavailable();
const skip = (reason: string | undefined): boolean => reason !== undefined && !process.env['CI'];
const PATIENT = 400_000;

let folder = '';
let teal: SpawnedTeal;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'teal-s3-'));
  teal = await spawnTeal(['--port', '0', '--data', join(folder, 'data'), '--runtime', 'process']);
});
afterAll(async () => {
  await teal.stop();
  await rm(folder, { recursive: true, force: true });
});

it.skipIf(skip(withoutBoto))(
  `keeps versions, parts and presigned objects for boto3 (${withoutBoto ?? 'which is here'})`,
  async () => {
    const script = join(dirname(fileURLToPath(import.meta.url)), 'boto3_s3.py');

    expect((await run('python3', [script, teal.url])).stdout.trim()).toBe('fine');
  },
  PATIENT,
);

it.skipIf(skip(withoutCommand))(
  `copies, syncs, lists and removes for the aws command (${withoutCommand ?? 'which is here'})`,
  async () => {
    const aws = awsCommand(teal.url);
    const source = join(folder, 'source');
    await mkdir(join(source, 'sub dir'), { recursive: true });
    await writeFile(join(source, 'one.txt'), 'one');
    await writeFile(join(source, 'sub dir', 'two+.txt'), 'two');
    await writeFile(join(source, 'large.bin'), Buffer.alloc(9 * 1024 * 1024, 'x'));

    await aws.text('s3', 'mb', 's3://synced');
    await aws.text('s3', 'sync', source, 's3://synced/in');
    await aws.text('s3', 'cp', 's3://synced/in/', 's3://synced/copy/', '--recursive');
    await aws.text('s3', 'sync', 's3://synced/copy', join(folder, 'back'));

    expect(await readFile(join(folder, 'back', 'sub dir', 'two+.txt'), 'utf8')).toBe('two');
    expect((await readFile(join(folder, 'back', 'large.bin'))).length).toBe(9 * 1024 * 1024);
    expect(await aws.text('s3', 'ls', 's3://synced/in/')).toMatch(
      /PRE sub dir\/[^]* 9437184 large\.bin\n[^]* 3 one\.txt/,
    );
    expect(await aws.value('ETag', 's3api', 'head-object', '--bucket', 'synced', '--key', 'in/large.bin')).toMatch(
      /-2"$/,
    );
    expect(
      await aws.value('length(Contents)', 's3api', 'list-objects-v2', '--bucket', 'synced', '--prefix', 'in/'),
    ).toBe('3');
    await aws.text('s3', 'rm', 's3://synced/in/one.txt');
    await expect(aws.text('s3', 'cp', 's3://synced/in/one.txt', '-')).rejects.toThrow('404');
    await aws.text('s3', 'rb', 's3://synced', '--force');
    expect(await aws.text('s3', 'ls')).not.toContain('synced');
  },
  PATIENT,
);
