import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Balancer, BalancerConfig, BalancerObservation, RuleConfig } from '../balancer.ts';
import { startBackend, type Backend } from '../testing/backend.ts';
import { bundleBalancer, type Bundle } from '../testing/bundle-balancer.ts';
import { ask, until } from '../testing/client.ts';
import { configOf, forwardTo, groupOf, HEALTH_CHECK, listenerOf } from '../testing/configs.ts';
import { findHaproxy } from './find-haproxy.ts';
import { createHaproxyBalancer } from './haproxy-balancer.ts';

const missing = await findHaproxy().then(
  () => undefined,
  (error: Error) => error.message,
);

describe.skipIf(missing !== undefined && !process.env['CI'])(`haproxy: the log ${missing ?? ''}`, () => {
  let teal: Bundle;
  let web: Backend;
  let folder: string;
  let checks = 0;
  const open: Balancer[] = [];
  const held: ServerResponse[] = [];

  beforeAll(async () => {
    teal = await bundleBalancer('./abandon-haproxy.ts');
    web = await startBackend('web', (request, response) => {
      if (request.url === '/check') checks += 1;
      if (request.url === '/held') held.push(response);
      else response.end('web');
    });
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'teal-balancer-'));
  });
  afterEach(async () => {
    for (const balancer of open.splice(0)) await balancer.close({ leaveRunning: false });
    await rm(folder, { recursive: true, force: true });
  });
  afterAll(async () => {
    await Promise.all([teal.remove(), web.close()]);
  });

  const drive = async () => {
    const balancer = await createHaproxyBalancer({ folder, host: '127.0.0.1', onChange: () => undefined });
    open.push(balancer);
    return balancer;
  };
  const config = (epoch: number, rules: readonly RuleConfig[] = []): BalancerConfig => {
    const accessLog = { folder: join(folder, 'logs'), account: '123456789012', region: 'us-east-1' };
    const healthCheck = { ...HEALTH_CHECK, path: '/check' };
    return configOf(
      epoch,
      [listenerOf([...rules, forwardTo({ web: 1 })], { accessLog })],
      [groupOf('web', [web.port], { healthCheck })],
    );
  };
  const gone: RuleConfig = {
    arn: 'gone',
    priority: 1,
    conditions: [{ field: 'path-pattern', values: ['/gone'] }],
    action: { type: 'fixed-response', statusCode: 410, contentType: 'text/plain', body: 'gone' },
  };
  const portOf = ({ listeners }: BalancerObservation) => listeners[0]?.boundPort ?? 0;
  const timed = ({ targetGroups }: BalancerObservation) =>
    (targetGroups[0]?.responseTimes ?? []).reduce((sum, [, count]) => sum + count, 0);
  const workers = () =>
    (JSON.parse(readFileSync(join(folder, 'workers.json'), 'utf8')) as { pid: number }[]).map(({ pid }) => pid);
  const paths = async () => {
    const names = await readdir(join(folder, 'logs'), { recursive: true });
    const files = names.filter((name) => /\.log\.(gz|\d+)$/.test(name)).map((name) => join(folder, 'logs', name));
    const texts = await Promise.all(
      files.map(async (file) => {
        const bytes = await readFile(file);
        return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
      }),
    );
    return [...texts.join('').matchAll(/"GET http:\/\/[^/]+(\S+) /g)].map(([, path]) => path).sort();
  };
  /** A Teal that has died; its HAProxy has not. */
  const abandoned = async () => {
    const child = fork(teal.entry, [folder, JSON.stringify(config(1))]);
    const port = portOf(await new Promise<BalancerObservation>((resolve) => child.once('message', resolve)));
    return {
      port,
      die: async () => {
        const ended = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGKILL');
        await ended;
      },
    };
  };
  const ticks = (pid: number) => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(fields[11]) + Number(fields[12]);
  };

  it('is read once, by the Teal that was there or by the next: no request is missing, none counts twice', async () => {
    const { port, die } = await abandoned();
    await ask({ port, path: '/before' });
    await until('the first line is in a file', async () => (await paths().catch(() => [])).length === 1);
    await die();
    await ask({ port, path: '/away/1' });
    await ask({ port, path: '/away/2' });

    const next = await drive();
    await ask({ port, path: '/after' });
    const counted = timed(await next.observe());
    await next.close({ leaveRunning: true });

    expect(await paths()).toEqual(['/after', '/away/1', '/away/2', '/before']);
    expect(counted).toBe(3);
    const last = await drive();
    expect(timed(await last.observe())).toBe(0);
  });

  it('is read from a superseded worker to its end, which then comes', async () => {
    const balancer = await drive();
    const port = portOf(await balancer.apply(config(1)));
    const [old = 0] = workers();
    const answer = ask({ port, path: '/held' });
    await until('the request is held', () => Promise.resolve(held.length === 1));

    await balancer.apply(config(2, [gone]));
    const during = workers();
    await ask({ port, path: '/new' });
    held.splice(0).forEach((response) => response.end('late'));
    expect((await answer).body.toString()).toBe('late');
    await until('the old worker has ended', async () => {
      await balancer.observe();
      return !workers().includes(old);
    });
    const counted = timed(await balancer.observe());
    await balancer.close({ leaveRunning: false });

    expect(during).toContain(old);
    expect(await paths()).toEqual(['/held', '/new']);
    expect(counted).toBe(2);
  });

  // Forty checks take HAProxy one or two ticks; connecting for ever to a reader that is gone takes over a hundred.
  it.skipIf(process.platform !== 'linux')('costs nothing while no Teal reads it', async () => {
    const { die } = await abandoned();
    await die();
    const [worker = 0] = workers();
    const [began, spent] = [checks, ticks(worker)];

    await until('forty checks have come', () => Promise.resolve(checks >= began + 40));

    expect(ticks(worker) - spent).toBeLessThan(20);
    await drive();
  });
});
