import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CreateClusterCommand, ListClustersCommand } from '@aws-sdk/client-ecs';
import { awsClients } from '../support/aws.ts';
import { spawnTeal, type SpawnedTeal } from '../support/spawned-teal.ts';

let data = '';
const running: SpawnedTeal[] = [];

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'teal-up-'));
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((teal) => teal.stop()));
  await rm(data, { recursive: true, force: true });
});

async function up(...args: string[]): Promise<SpawnedTeal> {
  const teal = await spawnTeal(['--port', '0', '--data', data, '--runtime', 'process', ...args]);
  running.push(teal);
  return teal;
}

const clusters = async (url: string): Promise<string[]> =>
  (await awsClients(url).ecs.send(new ListClustersCommand({}))).clusterArns ?? [];

it('answers health with version, uptime and the state of each part', async () => {
  const { url } = await up();

  const health = (await (await fetch(`${url}/_teal/health`)).json()) as Record<string, unknown>;

  expect(health).toMatchObject({
    status: 'ok',
    version: '0.1.0',
    uptimeSeconds: expect.any(Number) as number,
    parts: { store: { engine: 'sqlite' }, runtime: { name: 'process' }, balancer: { name: 'embedded' } },
  });
});

it('keeps its state over a clean restart', async () => {
  const first = await up();
  await awsClients(first.url).ecs.send(new CreateClusterCommand({ clusterName: 'kept' }));
  await first.stop();
  const second = await up();

  expect(await clusters(second.url)).toEqual(['arn:aws:ecs:us-east-1:000000000000:cluster/kept']);
});

it('ends with exit code 0 on SIGTERM and on Ctrl-C', async () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const teal = await up();
    teal.child.kill(signal);

    expect(await teal.ended).toEqual({ code: 0, signal: null });
  }
});

it('empties everything on reset, when it was allowed', async () => {
  const { url } = await up('--allow-reset');
  await awsClients(url).ecs.send(new CreateClusterCommand({ clusterName: 'gone' }));

  const answer = await fetch(`${url}/_teal/reset`, { method: 'POST' });

  expect(answer.status).toBe(200);
  expect(await clusters(url)).toEqual([]);
});

it('refuses a reset that was not allowed, and says how to allow it', async () => {
  const { url } = await up();
  await awsClients(url).ecs.send(new CreateClusterCommand({ clusterName: 'kept' }));

  const answer = await fetch(`${url}/_teal/reset`, { method: 'POST' });

  expect(answer.status).toBe(403);
  expect(await answer.text()).toContain('--allow-reset');
  expect(await clusters(url)).toHaveLength(1);
});

it('refuses a data folder that another Teal uses', async () => {
  await up();

  await expect(up()).rejects.toThrow(/another Teal is using .*--data/);
});

it('refuses to listen beyond loopback', async () => {
  await expect(up('--host', '0.0.0.0')).rejects.toThrow(/others can reach/);
});

it('says which port is taken', async () => {
  const { url } = await up();
  const { port } = new URL(url);
  const other = await mkdtemp(join(tmpdir(), 'teal-up-'));

  await expect(spawnTeal(['--port', port, '--data', other, '--runtime', 'process'])).rejects.toThrow(
    `port ${port} on 127.0.0.1 is taken`,
  );
  await rm(other, { recursive: true, force: true });
});

it('writes JSON log lines when stderr is not a terminal', async () => {
  const teal = await up();
  await teal.stop();
  running.length = 0;

  const lines = teal.log().trim().split('\n');
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines)
    expect(JSON.parse(line)).toMatchObject({
      level: expect.any(String) as string,
      event: expect.any(String) as string,
    });
});
