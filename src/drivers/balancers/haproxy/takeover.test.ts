import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { Agent } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../../../test/support/free-port.ts';
import type { Balancer, BalancerConfig, BalancerObservation, RuleConfig } from '../balancer.ts';
import { identify } from '../process-identity.ts';
import { startBackend, type Backend } from '../testing/backend.ts';
import { bundleBalancer, type Bundle } from '../testing/bundle-balancer.ts';
import { ask, startLoad, until } from '../testing/client.ts';
import { configOf, forwardTo, groupOf, listenerOf } from '../testing/configs.ts';
import { findHaproxy } from './find-haproxy.ts';
import { createHaproxyBalancer } from './haproxy-balancer.ts';

const missing = await findHaproxy().then(
  () => undefined,
  (error: Error) => error.message,
);

describe.skipIf(missing !== undefined && !process.env['CI'])(`haproxy: outliving Teal ${missing ?? ''}`, () => {
  let teal: Bundle;
  let blue: Backend;
  let green: Backend;
  let folder: string;
  const open: Balancer[] = [];

  beforeAll(async () => {
    teal = await bundleBalancer('./abandon-haproxy.ts');
    [blue, green] = [await startBackend('blue'), await startBackend('green')];
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'teal-balancer-'));
  });
  afterEach(async () => {
    for (const balancer of open.splice(0)) await balancer.close({ leaveRunning: false });
    await rm(folder, { recursive: true, force: true });
  });
  afterAll(async () => {
    await Promise.all([teal.remove(), blue.close(), green.close()]);
  });

  const drive = async () => {
    const balancer = await createHaproxyBalancer({ folder, host: '127.0.0.1', onChange: () => undefined });
    open.push(balancer);
    return balancer;
  };
  const config = (epoch: number, weights: Record<string, number>, rules: RuleConfig[] = [], port = 0): BalancerConfig =>
    configOf(
      epoch,
      [listenerOf([...rules, forwardTo(weights)], { port })],
      [groupOf('blue', [blue.port]), groupOf('green', [green.port])],
    );
  const fixed = (path: string): RuleConfig => ({
    arn: path,
    priority: 1,
    conditions: [{ field: 'path-pattern', values: [path] }],
    action: { type: 'fixed-response', statusCode: 200, contentType: 'text/plain', body: path },
  });
  const portOf = ({ listeners }: BalancerObservation) => listeners[0]?.boundPort ?? 0;
  const master = async () => (JSON.parse(await readFile(join(folder, 'haproxy.pid'), 'utf8')) as { pid: number }).pid;
  const workers = async () =>
    (JSON.parse(await readFile(join(folder, 'workers.json'), 'utf8')) as { pid: number }[]).map(({ pid }) => pid);

  it('goes on serving when Teal is killed, and the next Teal takes it up where it is', async () => {
    const abandoned = fork(teal.entry, [folder, JSON.stringify(config(7, { blue: 1, green: 0 }))]);
    const port = portOf(await new Promise<BalancerObservation>((resolve) => abandoned.once('message', resolve)));
    const pid = await master();
    const load = startLoad(port, 4);

    const ended = new Promise((resolve) => abandoned.once('exit', resolve));
    abandoned.kill('SIGKILL');
    await ended;
    expect((await ask({ port })).body.toString()).toBe('blue');
    const next = await drive();
    const seen = await next.observe();
    // Epochs of two drivers are not comparable: the next may well begin anew.
    const applied = await next.apply(config(1, { blue: 0, green: 1 }));
    const shifted = (await ask({ port })).body.toString();
    await load.stop();

    expect(await master()).toBe(pid);
    expect([seen.epoch, applied.epoch, portOf(applied), shifted]).toEqual([7, 1, port, 'green']);
    expect(load.failures).toEqual([]);
  });

  it('obeys the later of two drivers and tells the earlier', async () => {
    const first = await drive();
    await first.apply(config(1, { blue: 1 }));

    const second = await drive();

    await expect(first.apply(config(2, { blue: 1 }))).rejects.toThrow('another Teal has taken this balancer over');
    await expect(second.apply(config(1, { blue: 1 }))).resolves.toMatchObject({ epoch: 1 });
  });

  it.each(['master', 'worker'])('is back on the same port with the last weights when its %s dies', async (which) => {
    const balancer = await drive();
    const port = await freePort();
    await balancer.apply(config(4, { blue: 1, green: 0 }, [], port));
    await balancer.apply(config(5, { blue: 0, green: 1 }, [], port));
    const pid = await master();

    process.kill(which === 'master' ? pid : ((await workers())[0] ?? 0), 'SIGKILL');
    await until('a new HAProxy is there', async () => (await master().catch(() => pid)) !== pid);
    const seen = await balancer.observe();

    expect([seen.epoch, portOf(seen)]).toEqual([5, port]);
    expect((await ask({ port })).body.toString()).toBe('green');
  });

  it('loses no request in reloads under load, and a connection from before sees the new rules at once', async () => {
    const balancer = await drive();
    const port = portOf(await balancer.apply(config(1, { blue: 1, green: 0 })));
    const load = startLoad(port, 8);

    for (let epoch = 2; epoch < 6; epoch++) {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      expect((await ask({ port, agent })).status).toBe(200);
      await balancer.apply(config(epoch, { blue: 1, green: 0 }, [fixed(`/${epoch}`)]));
      expect((await ask({ port, agent, path: `/${epoch}` })).body.toString()).toBe(`/${epoch}`);
      agent.destroy();
    }
    await load.stop();

    expect(load.failures).toEqual([]);
    await until('old workers have ended', async () => {
      await balancer.observe();
      return (await workers()).length === 1;
    });
  });

  it('goes on without Teal when asked to, and ends with its ports when not', async () => {
    const first = await drive();
    const port = portOf(await first.apply(config(1, { blue: 1 })));
    await first.close({ leaveRunning: true });
    expect((await ask({ port })).status).toBe(200);

    const pids = [await master(), ...(await workers())];
    const second = await drive();
    await second.close({ leaveRunning: false });

    expect(pids.map(identify)).toEqual(pids.map(() => undefined));
    await expect(ask({ port })).rejects.toThrow('ECONNREFUSED');
  });

  it('maps a port that is taken to a free one, says so, and finds the same after a restart', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port: asked } = taken.address() as AddressInfo;
    const balancer = await drive();

    const seen = await balancer.apply(config(1, { blue: 1 }, [], asked));
    await balancer.close({ leaveRunning: false });
    const again = await (await drive()).apply(config(1, { blue: 1 }, [], asked));
    taken.close();

    expect(seen.listeners[0]?.note).toContain(`port ${asked} is in use by another program; listening on`);
    expect(portOf(seen)).not.toBe(asked);
    expect(portOf(again)).toBe(portOf(seen));
  });

  it('takes another port when the one that it found is taken before HAProxy listens', async () => {
    const bin = join(folder, 'bin');
    await mkdir(bin);
    const { path: haproxy } = await findHaproxy();
    // Waits behind the choice of ports, before the reload.
    const waits = 'if [ "$1" = -c ] && [ -e hold ]; then touch held; while [ -e hold ]; do sleep 0.02; done; fi';
    await writeFile(join(bin, 'haproxy'), `#!/bin/sh\n${waits}\nexec ${haproxy} "$@"\n`, { mode: 0o755 });
    const path = process.env['PATH'];
    process.env['PATH'] = `${bin}:${path}`;
    const balancer = await drive().finally(() => (process.env['PATH'] = path));
    await writeFile(join(folder, 'hold'), '');

    const applying = balancer.apply(config(1, { blue: 1 }));
    await until('the check of the configuration', async () => existsSync(join(folder, 'held')));
    const chosen = /bind 127\.0\.0\.1:(\d+)/.exec(await readFile(join(folder, 'next.cfg'), 'utf8'))?.[1];
    const taken = await take(Number(chosen));
    await rm(join(folder, 'hold'));
    const seen = await applying;
    taken.close();

    expect(portOf(seen)).not.toBe(Number(chosen));
    expect((await ask({ port: portOf(seen) })).body.toString()).toBe('blue');
  });

  it('comes back though a port of it was taken while it was away', async () => {
    const first = await drive();
    const port = portOf(await first.apply(config(1, { blue: 1 })));
    await first.close({ leaveRunning: false });
    const taken = await take(port);

    const seen = await (await drive()).apply(config(1, { blue: 1 }));
    taken.close();

    expect(portOf(seen)).not.toBe(port);
    expect((await ask({ port: portOf(seen) })).body.toString()).toBe('blue');
  });
});

/** Listens on a port, if no other process has come to: either way it cannot be had. */
async function take(port: number): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.once('error', () => resolve()).listen(port, '127.0.0.1', resolve));
  return server;
}
