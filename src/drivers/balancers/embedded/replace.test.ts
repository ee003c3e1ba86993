import { appendFile, copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { Agent } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Balancer, BalancerConfig, BalancerObservation, TargetGroupConfig } from '../balancer.ts';
import { startBackend, type Backend } from '../testing/backend.ts';
import { bundleBalancer, type Bundle } from '../testing/bundle-balancer.ts';
import { ask, startLoad, until } from '../testing/client.ts';
import { configOf, forwardTo, groupOf, HEALTH_CHECK, listenerOf } from '../testing/configs.ts';
import { createEmbeddedBalancer } from './embedded-balancer.ts';
import { identify } from '../process-identity.ts';

let old: Bundle;
let folder: string;
let newer: string;
const open: Balancer[] = [];
const backends: Backend[] = [];
const sockets: Socket[] = [];
const notes: string[] = [];
let changes = 0;

beforeAll(async () => {
  old = await bundleBalancer();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'teal-balancer-'));
  newer = join(folder, 'newer.mjs');
  await copyFile(old.entry, newer);
  await appendFile(newer, '\n// another build\n');
  notes.length = 0;
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const balancer of open.splice(0).reverse()) await balancer.close({ leaveRunning: false });
  for (const backend of backends.splice(0)) await backend.close();
  await rm(folder, { recursive: true, force: true });
});
afterAll(() => old.remove());

const drive = async (entry: string) => {
  const options = { folder, host: '127.0.0.1', entry, note: (text: string) => void notes.push(text) };
  const balancer = await createEmbeddedBalancer({ ...options, onChange: () => (changes += 1) });
  open.push(balancer);
  return balancer;
};
const backend = async (...args: Parameters<typeof startBackend>) => {
  const started = await startBackend(...args);
  backends.push(started);
  return started;
};
/** One listener for the groups `blue` and `green`. */
const config = (epoch: number, weights: Record<string, number>, groups: readonly TargetGroupConfig[]): BalancerConfig =>
  configOf(epoch, [listenerOf([forwardTo(weights)])], groups);
const portOf = ({ listeners }: BalancerObservation) => listeners[0]?.boundPort ?? 0;
const inFlight = async (balancer: Balancer) => (await balancer.observe()).targetGroups[0]?.targets[0]?.inFlight;
const pidOfProcess = async () =>
  (JSON.parse(await readFile(join(folder, 'balancer.pid'), 'utf8')) as { pid: number }).pid;
const ends = (pid: number) => until(`process ${pid} has ended`, () => Promise.resolve(identify(pid) === undefined));

/** A connection to the balancer on which text is sent, and what came back. */
async function converse(port: number, text: string) {
  const socket = connect({ host: '127.0.0.1', port });
  sockets.push(socket);
  let heard = '';
  socket.on('error', () => undefined).on('data', (part: Buffer) => (heard += part.toString('latin1')));
  socket.write(text);
  return { socket, hears: (what: string) => until(`the answer ${what}`, () => Promise.resolve(heard.includes(what))) };
}
const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const UPGRADE = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';

/** A backend whose tunnels give every byte back. */
async function echoing(name: string): Promise<Backend> {
  const started = await backend(name);
  started.server.on('upgrade', (_request, socket) => {
    socket.on('error', () => undefined);
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    socket.pipe(socket);
  });
  return started;
}

it('gives its port to a process of another build under load; a tunnel goes on, then the older one ends', async () => {
  const web = await echoing('web');
  const first = await drive(old.entry);
  const port = portOf(await first.apply(config(1, { blue: 1 }, [groupOf('blue', [web.port])])));
  const before = await pidOfProcess();
  const load = startLoad(port, 4);
  const tunnel = await converse(port, UPGRADE);
  await tunnel.hears('101 Switching');
  const requestsBefore = (await first.observe()).targetGroups[0]?.requests ?? 0;

  const second = await drive(newer);

  const after = await pidOfProcess();
  const seen = await second.observe();
  expect(after).not.toBe(before);
  expect(notes.join()).toMatch(/has handed its sockets to one of this build/);
  expect([seen.epoch, portOf(seen)]).toEqual([1, port]);
  const served = load.counts.get('web') ?? 0;
  await until('the load goes on', () => Promise.resolve((load.counts.get('web') ?? 0) > served + 100));
  tunnel.socket.write('still there?');
  await tunnel.hears('still there?');
  await load.stop();
  await until('only the tunnel is in flight', async () => (await inFlight(second)) === 1);
  expect(load.failures).toEqual([]);
  expect((await second.observe()).targetGroups[0]?.requests).toBeGreaterThan(requestsBefore);
  expect(identify(before)).toBeDefined();
  tunnel.socket.destroy();
  await ends(before);
  await until('nothing is in flight', async () => (await inFlight(second)) === 0);
  expect((await second.observe()).targetGroups[0]?.requests).toBeGreaterThan(requestsBefore);
});

it('routes by new weights in both processes once they are acknowledged', async () => {
  const groups = [groupOf('blue', [(await backend('blue')).port]), groupOf('green', [(await backend('green')).port])];
  const first = await drive(old.entry);
  const port = portOf(await first.apply(config(1, { blue: 1, green: 0 }, groups)));
  const before = await pidOfProcess();
  const held = await converse(port, GET);
  await held.hears('blue');

  const second = await drive(newer);
  await second.apply(config(2, { blue: 0, green: 1 }, groups));
  held.socket.write(GET);

  await held.hears('green');
  await held.hears('Connection: close');
  await ends(before);
});

it('keeps counting what drains in the older process, and cuts it at the same moment', async () => {
  const slow = await backend('slow', () => undefined);
  const draining = (epoch: number, drainBy: number | undefined) => {
    const group = groupOf('blue', [slow.port]);
    const targets = group.targets.map((target) => ({ ...target, draining: true, ...(drainBy && { drainBy }) }));
    return config(epoch, { blue: 1 }, [{ ...group, targets }]);
  };
  const first = await drive(old.entry);
  const port = portOf(await first.apply(config(1, { blue: 1 }, [groupOf('blue', [slow.port])])));
  const held = await converse(port, GET);
  await until('the request is in flight', async () => (await inFlight(first)) === 1);
  await first.apply(draining(2, Date.now() + 3_600_000));

  const second = await drive(newer);
  expect(await inFlight(second)).toBe(1);
  changes = 0;
  await second.apply(draining(3, Date.now()));

  await held.hears('502 Bad Gateway');
  await until('nothing is in flight', async () => (await inFlight(second)) === 0);
  await until('the change was told', () => Promise.resolve(changes > 0));
});

it('knows the health of targets that the older process has checked', async () => {
  const good = await backend('good');
  const bad = await backend('bad');
  const once = { ...HEALTH_CHECK, unhealthyThreshold: 1, matcher: '200' };
  const group = { ...groupOf('blue', [good.port, bad.port]), healthCheck: { ...once, path: '/health' } };
  await bad.close();
  const first = await drive(old.entry);
  const port = portOf(await first.apply(config(1, { blue: 1 }, [group])));
  const states = async (balancer: Balancer) =>
    (await balancer.observe()).targetGroups[0]?.targets.map(({ health }) => health).join();
  await until('both are known', async () => (await states(first)) === 'healthy,unhealthy');

  const second = await drive(newer);

  expect(await states(second)).toBe('healthy,unhealthy');
  expect((await ask({ port })).body.toString()).toBe('good');
});

it('is replaced again while an older one still has a tunnel, and all end when told to', async () => {
  const web = await echoing('web');
  const first = await drive(old.entry);
  const port = portOf(await first.apply(config(1, { blue: 1 }, [groupOf('blue', [web.port])])));
  const pids = [await pidOfProcess()];
  const tunnel = await converse(port, UPGRADE);
  await tunnel.hears('101 Switching');

  for (const entry of [newer, old.entry]) {
    await drive(entry);
    pids.push(await pidOfProcess());
  }
  const last = open.at(-1);
  if (!last) throw new Error('nobody drives');
  expect(await inFlight(last)).toBe(1);
  tunnel.socket.write('both hops');
  await tunnel.hears('both hops');
  await last.close({ leaveRunning: false });

  expect(new Set(pids).size).toBe(3);
  for (const pid of pids) await ends(pid);
  await expect(ask({ port })).rejects.toThrow('ECONNREFUSED');
});

/** A newer build that dies where the word would be said. */
const dyingAt = async (word: string) => {
  const text = `import dying from 'node:process';
    const send = dying.send?.bind(dying);
    dying.send = (message, ...rest) => {
      if (message?.do === '${word}') dying.kill(dying.pid, 'SIGKILL');
      return send?.(message, ...rest);
    };`;
  await writeFile(newer, `${text}\n${await readFile(old.entry, 'utf8')}`);
  return newer;
};

it.each(['ready', 'serving'])('goes on as before when the newer process dies before it says %s', async (word) => {
  const web = await backend('web');
  const groups = [groupOf('blue', [web.port])];
  const first = await drive(old.entry);
  const port = portOf(await first.apply(config(1, { blue: 1 }, groups)));
  const before = await pidOfProcess();

  const second = await drive(await dyingAt(word));

  expect(notes.join()).toMatch(/could not be replaced and goes on: it ended with SIGKILL/);
  expect(await pidOfProcess()).toBe(before);
  expect(portOf(await second.apply(config(2, { blue: 1 }, groups)))).toBe(port);
  // Its places are its own again: another driver finds it.
  const third = await drive(old.entry);
  expect((await third.observe()).epoch).toBe(2);
  expect((await ask({ port })).body.toString()).toBe('web');
});

it('comes back on its port when the newer process dies after the hand-over, and the older one ends', async () => {
  const web = await backend('web');
  const first = await drive(old.entry);
  const port = portOf(await first.apply(config(1, { blue: 1 }, [groupOf('blue', [web.port])])));
  const agent = new Agent({ keepAlive: true });
  await ask({ port, agent });
  const before = await pidOfProcess();
  const second = await drive(newer);
  await second.apply(config(2, { blue: 1 }, [groupOf('blue', [web.port])]));
  const replaced = await pidOfProcess();

  process.kill(replaced, 'SIGKILL');
  await until(
    'a third process serves',
    async () => ![before, replaced].includes(await pidOfProcess().catch(() => replaced)),
  );

  const seen = await second.observe();
  expect([seen.epoch, portOf(seen)]).toEqual([2, port]);
  expect((await ask({ port })).body.toString()).toBe('web');
  await ends(before);
  agent.destroy();
});

it('has one process when two drivers start at the same instant on what a dead one left', async () => {
  const dead = await drive(old.entry);
  await dead.observe();
  const before = await pidOfProcess();
  await dead.close({ leaveRunning: true });
  process.kill(before, 'SIGKILL');
  await ends(before);

  const both = await Promise.all([drive(old.entry), drive(old.entry)]);

  const outcomes = await Promise.allSettled(both.map((balancer) => balancer.apply(config(1, {}, []))));
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  const [refused] = outcomes.filter((outcome) => outcome.status === 'rejected');
  expect(String(refused?.reason)).toContain('another Teal has taken this balancer over');
});
