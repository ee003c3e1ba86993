import { readdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { awsClients, destroyClients } from '../support/aws.ts';
import { eventually } from '../support/eventually.ts';
import { spawnTeal, type SpawnedTeal } from '../support/spawned-teal.ts';

let data = '';
let teal: SpawnedTeal;
const start = () => spawnTeal(['--port', '0', '--data', data, '--runtime', 'process', '--log-level', 'warn']);

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'teal-crash-s3-'));
  teal = await start();
});
afterAll(async () => {
  await teal.stop();
  await rm(data, { recursive: true, force: true });
});

async function files(): Promise<string[]> {
  const all = await readdir(join(data, 'objects'), { recursive: true, withFileTypes: true });
  return all.filter((entry) => entry.isFile()).map(({ name }) => name);
}

it('keeps the object as it was, and nothing of one whose putting a kill cut off', async () => {
  const before = awsClients(teal.url);
  const place = { Bucket: 'kept', Key: 'key' };
  await before.s3.send(new CreateBucketCommand({ Bucket: 'kept' }));
  await before.s3.send(new PutObjectCommand({ ...place, Body: 'whole' }));
  // A body that comes in part and then waits for ever.
  const body = new Readable({ read: () => undefined });
  body.push(Buffer.alloc(100_000, 'x'));
  const put = (Key: string) =>
    before.s3.send(new PutObjectCommand({ Bucket: 'kept', Key, Body: body, ContentLength: 200_000 }));
  const cut = Promise.allSettled([put('key')]);
  await eventually('a second file', async () => ((await files()).length === 2 ? true : undefined));

  teal.child.kill('SIGKILL');
  await teal.ended;
  body.destroy();
  await cut;
  destroyClients(before);
  teal = await start();
  const after = awsClients(teal.url);

  expect(await (await after.s3.send(new GetObjectCommand(place))).Body?.transformToString()).toBe('whole');
  expect((await after.s3.send(new ListObjectsV2Command({ Bucket: 'kept' }))).KeyCount).toBe(1);
  expect(await files()).toHaveLength(1);
  destroyClients(after);
});
