import { fork } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Balancer, BalancerObservation } from '../balancer.ts';
import { startBackend, type Backend } from '../testing/backend.ts';
import { bundleBalancer, type Bundle } from '../testing/bundle-balancer.ts';
import { ask, startLoad, until } from '../testing/client.ts';
import { freePort } from '../../../../test/support/free-port.ts';
import { configOf, forwardTo, groupOf, listenerOf } from '../testing/configs.ts';
import { createEmbeddedBalancer } from './embedded-balancer.ts';
import { identify, writeIdentity } from '../process-identity.ts';

let bundle: Bundle;
let teal: Bundle;
let backend: Backend;
let folder: string;
const open: Balancer[] = [];

beforeAll(async () => {
  bundle = await bundleBalancer();
  teal = await bundleBalancer('./abandon.ts');
  backend = await startBackend('web');
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'teal-balancer-'));
});
afterEach(async () => {
  for (const balancer of open.splice(0)) await balancer.close({ leaveRunning: false });
  await rm(folder, { recursive: true, force: true });
});
afterAll(async () => {
  await Promise.all([bundle.remove(), teal.remove(), backend.close()]);
});

const drive = async () => {
  const balancer = await createEmbeddedBalancer({
    folder,
    host: '127.0.0.1',
    entry: bundle.entry,
    onChange: () => undefined,
  });
  open.push(balancer);
  return balancer;
};
const config = (epoch: number, port = 0) =>
  configOf(epoch, [listenerOf([forwardTo({ web: 1 })], { port })], [groupOf('web', [backend.port])]);
const portOf = ({ listeners }: BalancerObservation) => listeners[0]?.boundPort ?? 0;
const pidOfProcess = async () =>
  (JSON.parse(await readFile(join(folder, 'balancer.pid'), 'utf8')) as { pid: number }).pid;

it('goes on serving when Teal is killed, and the next Teal takes it up where it is', async () => {
  const abandoned = fork(teal.entry, [folder, bundle.entry, JSON.stringify(config(7))]);
  const port = portOf(await new Promise<BalancerObservation>((resolve) => abandoned.once('message', resolve)));
  const pid = await pidOfProcess();
  const load = startLoad(port, 4);

  const ended = new Promise((resolve) => abandoned.once('exit', resolve));
  abandoned.kill('SIGKILL');
  await ended;
  expect((await ask({ port })).status).toBe(200);
  const next = await drive();
  const seen = await next.observe();
  // Epochs of two drivers are not comparable: the next may well begin anew.
  const applied = await next.apply(config(1));
  await load.stop();

  expect(await pidOfProcess()).toBe(pid);
  expect(seen.epoch).toBe(7);
  expect([applied.epoch, portOf(applied)]).toEqual([1, port]);
  expect(load.failures).toEqual([]);
});

it('obeys the later of two drivers and tells the earlier', async () => {
  const first = await drive();
  await first.apply(config(1));

  const second = await drive();

  await expect(first.apply(config(2))).rejects.toThrow('another Teal has taken this balancer over');
  await expect(second.apply(config(1))).resolves.toMatchObject({ epoch: 1 });
});

it('is started again with the last config when its process dies, on the same port', async () => {
  const balancer = await drive();
  const port = portOf(await balancer.apply(config(4, await freePort())));
  const pid = await pidOfProcess();

  process.kill(pid, 'SIGKILL');
  await until('a new process serves', async () => (await pidOfProcess().catch(() => pid)) !== pid);
  const seen = await balancer.observe();

  expect([seen.epoch, portOf(seen)]).toEqual([4, port]);
  expect((await ask({ port })).body.toString()).toBe('web');
});

it('leaves a process alone that merely has the recorded pid', async () => {
  writeIdentity(join(folder, 'balancer.pid'), { pid: process.pid, startedAs: 'long ago' });

  const balancer = await drive();

  await expect(balancer.observe()).resolves.toMatchObject({ epoch: 0 });
  expect(await pidOfProcess()).not.toBe(process.pid);
});

it('goes on without Teal when asked to, and ends with its ports when not', async () => {
  const first = await drive();
  const port = portOf(await first.apply(config(1)));
  await first.close({ leaveRunning: true });
  expect((await ask({ port })).status).toBe(200);

  const pid = await pidOfProcess();
  const second = await drive();
  await second.close({ leaveRunning: false });

  expect(identify(pid)).toBeUndefined();
  await expect(ask({ port })).rejects.toThrow('ECONNREFUSED');
});

it('maps a port that is taken to a free one, says so, and finds the same after a restart', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port: asked } = taken.address() as AddressInfo;
  const balancer = await drive();

  const seen = await balancer.apply(config(1, asked));
  await balancer.close({ leaveRunning: false });
  const again = await (await drive()).apply(config(1, asked));
  taken.close();

  expect(seen.listeners[0]?.note).toContain(`port ${asked} is in use by another program; listening on`);
  expect(portOf(seen)).not.toBe(asked);
  expect(portOf(again)).toBe(portOf(seen));
});
