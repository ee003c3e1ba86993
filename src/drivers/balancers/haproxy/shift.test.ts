import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Balancer, BalancerConfig, BalancerObservation } from '../balancer.ts';
import { identify } from '../process-identity.ts';
import { startBackend, type Backend } from '../testing/backend.ts';
import { ask, startLoad, until } from '../testing/client.ts';
import { configOf, forwardTo, groupOf, listenerOf } from '../testing/configs.ts';
import { findHaproxy } from './find-haproxy.ts';
import { createHaproxyBalancer } from './haproxy-balancer.ts';
import { MasterConnection } from './master-connection.ts';
import { presentOf } from './master.ts';
import { mayShift, settle } from './settled.ts';
import { readSecret } from './state.ts';

const missing = await findHaproxy().then(
  () => undefined,
  (error: Error) => error.message,
);

describe.skipIf(missing !== undefined && !process.env['CI'])(`haproxy: shifts ${missing ?? ''}`, () => {
  let blue: Backend;
  let green: Backend;
  let folder: string;
  let balancer: Balancer;
  let epoch = 0;

  beforeAll(async () => {
    [blue, green] = [await startBackend('blue'), await startBackend('green')];
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'teal-balancer-'));
    balancer = await createHaproxyBalancer({ folder, host: '127.0.0.1', onChange: () => undefined });
  });
  afterEach(async () => {
    await balancer.close({ leaveRunning: false });
    await rm(folder, { recursive: true, force: true });
  });
  afterAll(async () => {
    await Promise.all([blue.close(), green.close()]);
  });

  const allTo = (name: 'blue' | 'green', more: readonly number[] = []): BalancerConfig =>
    configOf(
      (epoch += 1),
      [listenerOf([forwardTo({ blue: name === 'blue' ? 1 : 0, green: name === 'green' ? 1 : 0 })])],
      [groupOf('blue', [blue.port, ...more]), groupOf('green', [green.port])],
    );
  /** Applied twice, so that what follows differs in weights from what HAProxy was seen to do. */
  const begin = async () => {
    await balancer.apply(allTo('green'));
    return portOf(await balancer.apply(allTo('blue')));
  };
  const portOf = ({ listeners }: BalancerObservation) => listeners[0]?.boundPort ?? 0;
  const answerOf = async (port: number) => (await ask({ port })).body.toString();
  const master = async () => (JSON.parse(await readFile(join(folder, 'haproxy.pid'), 'utf8')) as { pid: number }).pid;
  const asked = async <T>(work: (connection: MasterConnection) => Promise<T>): Promise<T> => {
    const connection = await MasterConnection.open(join(folder, 'master.sock'));
    return work(connection).finally(() => connection.close());
  };
  const worker = () => asked(async (connection) => presentOf(await connection.processes()));
  const reload = async () => {
    const before = await worker();
    process.kill(await master(), 'SIGUSR2');
    // The master does not listen for a moment.
    await until('a new worker', async () => (await worker().catch(() => before)).pid !== before.pid);
  };
  const command = (text: string) =>
    asked(async (connection) => connection.command(presentOf(await connection.processes()), [text]));

  it('need no new worker where nothing listens', async () => {
    const nothing = () => configOf((epoch += 1), [], []);
    await balancer.apply(nothing());
    const { pid } = await worker();

    const applied = await balancer.apply(nothing());

    expect([applied.epoch, (await worker()).pid]).toEqual([epoch, pid]);
  });

  it('are in force, and observed, when they are acknowledged, with the worker of before', async () => {
    const port = await begin();
    const { pid } = await worker();

    for (let shift = 0; shift < 50; shift += 1) {
      const wanted = shift % 2 === 0 ? 'green' : 'blue';
      const applied = await balancer.apply(allTo(wanted));
      expect([applied.epoch, portOf(applied), await answerOf(port)]).toEqual([epoch, port, wanted]);
      expect(await balancer.observe()).toMatchObject({ epoch, listeners: [{ boundPort: port }] });
    }

    expect((await worker()).pid).toBe(pid);
  });

  it('are in force when the worker was killed just before', async () => {
    const port = await begin();
    const { pid } = await worker();

    process.kill(pid, 'SIGKILL');
    const applied = await balancer.apply(allTo('green'));

    expect([applied.epoch, portOf(applied), await answerOf(port)]).toEqual([epoch, port, 'green']);
    expect((await worker()).pid).not.toBe(pid);
    expect(identify(pid)).toBeUndefined();
  });

  it('are in force when somebody else had HAProxy reloaded just before', async () => {
    const port = await begin();
    const load = startLoad(port, 4);
    await reload();

    await balancer.apply(allTo('green'));
    const answers = [await answerOf(port)];
    await reload();
    await balancer.apply(allTo('blue'));
    answers.push(await answerOf(port));
    await load.stop();

    expect(answers).toEqual(['green', 'blue']);
    expect(load.failures).toEqual([]);
  });

  it('lose no request while somebody else has HAProxy reloaded, and its weights of before are noticed', async () => {
    const port = await begin();
    const load = startLoad(port, 4);
    const pid = await master();

    const reloaded = reload();
    const config = allTo('green');
    await Promise.all([balancer.apply(config), reloaded]);
    // The new worker begins with the weights of the last start when the shift came before it.
    if ((await balancer.observe()).epoch !== epoch) await balancer.apply(config);
    const answer = await answerOf(port);
    await load.stop();

    expect([await master(), answer]).toEqual([pid, 'green']);
    expect(load.failures).toEqual([]);
  });

  it('put right what somebody else changed', async () => {
    const port = await begin();
    await balancer.apply(allTo('green'));
    const [before = ''] = await command('show map weights.map');
    const [, rule = ''] = /^\S+ (r\S+) /m.exec(before) ?? [];

    await command(`del map weights.map ${rule}`);
    await balancer.apply(allTo('blue'));

    expect(await answerOf(port)).toBe('blue');
  });

  it('take the short way when nothing but weights differs, and no other change does', async () => {
    await begin();
    const config = allTo('blue');
    const wanted = { config, groups: config.targetGroups, secret: readSecret(folder) };

    const short = await asked(async (connection) => {
      const settled = await settle({ connection, worker: presentOf(await connection.processes()) }, wanted);
      return [allTo('green'), allTo('blue', [1])].map((next) => settled && mayShift(settled, next));
    });

    expect(short).toEqual([true, false]);
  });

  it('bring a new target in with them', async () => {
    const port = await begin();
    const third = await startBackend('third');
    try {
      await balancer.apply(allTo('blue', [third.port]));
      await balancer.apply(allTo('green', [third.port]));
      await balancer.apply(allTo('blue', [third.port]));

      await until('the new target answers', async () => (await answerOf(port)) === 'third');
    } finally {
      await third.close();
    }
  });
});
