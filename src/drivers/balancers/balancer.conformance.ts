import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Balancer, BalancerConfig, BalancerObservation, BalancerOptions } from './balancer.ts';
import { startBackend, type Backend } from './testing/backend.ts';
import { Agent } from 'node:http';
import { ask, startLoad, until } from './testing/client.ts';
import { configOf, forwardTo, groupOf, HEALTH_CHECK, listenerOf } from './testing/configs.ts';

export interface Conformed {
  readonly create: (options: BalancerOptions) => Promise<Balancer>;
  /** Why the driver carries no traffic, where it does not. */
  readonly noTraffic?: string;
}

/** What every balancer driver does. */
export function balancerConformance(driver: string, { create, noTraffic }: Conformed): void {
  const traffic = it.skipIf(noTraffic !== undefined);
  const because = noTraffic === undefined ? '' : ` (skipped: ${noTraffic})`;

  describe(`${driver} balancer`, () => {
    let folder: string;
    let balancer: Balancer;
    let blue: Backend;
    let green: Backend;
    let changes = 0;
    const more: Backend[] = [];

    beforeAll(async () => {
      [blue, green] = [await startBackend('blue'), await startBackend('green')];
    });
    const open = async () => {
      folder = await mkdtemp(join(tmpdir(), 'teal-balancer-'));
      balancer = await create({ folder, host: '127.0.0.1', onChange: () => (changes += 1) });
    };
    afterEach(async () => {
      await balancer.close({ leaveRunning: false });
      await rm(folder, { recursive: true, force: true });
      for (const backend of more.splice(0)) await backend.close();
    });
    afterAll(async () => {
      await blue.close();
      await green.close();
    });

    const weighted = (epoch: number, weights: Record<string, number>): BalancerConfig =>
      configOf(
        epoch,
        [listenerOf([forwardTo(weights)])],
        [groupOf('blue', [blue.port]), groupOf('green', [green.port])],
      );
    const portOf = ({ listeners }: BalancerObservation) => listeners[0]?.boundPort ?? 0;
    const healthOf = ({ targetGroups }: BalancerObservation, arn: string) =>
      targetGroups.find((group) => group.arn === arn)?.targets.map(({ health }) => health);
    const allHealthy = () =>
      until('every target is healthy', async () => {
        const seen = await balancer.observe();
        return seen.targetGroups.every(({ targets }) => targets.every(({ health }) => health === 'healthy')) && seen;
      });

    it('observes what it has applied', async () => {
      await open();

      const seen = await balancer.apply(weighted(3, { blue: 1 }));

      expect(seen.epoch).toBe(3);
      expect(seen.listeners).toEqual([{ arn: 'listener', boundPort: expect.any(Number) as number }]);
      expect(seen.targetGroups.map(({ arn }) => arn)).toEqual(['blue', 'green']);
    });

    it('ignores a config older than the applied one', async () => {
      await open();
      await balancer.apply(weighted(3, { blue: 1 }));

      expect((await balancer.apply(configOf(2, [], []))).epoch).toBe(3);
    });

    it('finds a target healthy and tells of the change', async () => {
      await open();
      changes = 0;
      await balancer.apply(weighted(1, { blue: 1, green: 0 }));

      const seen = await allHealthy();

      expect(seen.targetGroups[0]?.targets).toEqual([
        { key: `127.0.0.1:${blue.port}`, health: 'healthy', inFlight: 0 },
      ]);
      expect(changes).toBeGreaterThan(0);
    });

    it('has no opinion of targets that no listener uses, and none when checks are off', async () => {
      await open();
      const off = { ...HEALTH_CHECK, enabled: false };
      const groups = [
        groupOf('idle', [blue.port], { inUse: false }),
        groupOf('off', [blue.port], { healthCheck: off }),
      ];

      const seen = await balancer.apply(configOf(1, [listenerOf([forwardTo({ off: 1 })])], groups));

      expect(healthOf(seen, 'idle')).toEqual(['unused']);
      expect(healthOf(seen, 'off')).toEqual(['unavailable']);
      expect(seen.targetGroups[0]?.targets[0]?.reason).toBe('Target.NotInUse');
    });

    it('shows a target that leaves as draining', async () => {
      await open();
      const target = { key: 'a', host: '127.0.0.1', port: blue.port, draining: true, drainBy: Date.now() + 60_000 };

      const seen = await balancer.apply(
        configOf(1, [listenerOf([forwardTo({ blue: 1 })])], [groupOf('blue', [], { targets: [target] })]),
      );

      expect(seen.targetGroups[0]?.targets[0]).toMatchObject({
        health: 'draining',
        reason: 'Target.DeregistrationInProgress',
        inFlight: 0,
      });
    });

    traffic(`sends ten percent where the weights say so, within three sigma of 20,000 requests${because}`, async () => {
      await open();
      await balancer.apply(weighted(1, { blue: 90, green: 10 }));
      const port = portOf(await allHealthy());
      const agent = new Agent({ keepAlive: true, maxSockets: 32 });
      let toGreen = 0;

      await Promise.all(
        Array.from({ length: 32 }, async () => {
          for (let count = 0; count < 625; count++) if ((await ask({ port, agent })).body.equals(GREEN)) toGreen += 1;
        }),
      );
      agent.destroy();

      expect(Math.abs(toGreen - 2000)).toBeLessThan(3 * Math.sqrt(20_000 * 0.1 * 0.9));
    });

    traffic(`sends no request by the old weights once a change is acknowledged${because}`, async () => {
      await open();
      await balancer.apply(weighted(1, { blue: 1, green: 0 }));
      const port = portOf(await allHealthy());
      const load = startLoad(port, 8);

      for (let shift = 2; shift <= 101; shift++) {
        const wanted = shift % 2 === 0 ? 'green' : 'blue';
        await balancer.apply(weighted(shift, { blue: wanted === 'blue' ? 1 : 0, green: wanted === 'green' ? 1 : 0 }));
        expect((await ask({ port })).body.toString()).toBe(wanted);
      }
      await load.stop();

      expect(load.failures).toEqual([]);
      expect([...load.counts.keys()].sort()).toEqual(['blue', 'green']);
    });

    traffic(`drains a target to nothing in flight under load without a failed request${because}`, async () => {
      await open();
      const leaving = await startBackend(
        'leaving',
        (_, response) => void setTimeout(() => response.end('leaving'), 20),
      );
      more.push(leaving);
      const both = groupOf('blue', [blue.port, leaving.port]);
      const config = (epoch: number, drained: boolean, gone = false) => {
        const targets = both.targets
          .filter(({ port }) => !gone || port !== leaving.port)
          .map((target) => ({ ...target, draining: drained && target.port === leaving.port }));
        return configOf(epoch, [listenerOf([forwardTo({ blue: 1 })])], [{ ...both, targets }]);
      };
      await balancer.apply(config(1, false));
      const port = portOf(await allHealthy());
      const load = startLoad(port, 16);
      await until('both targets answer', async () => load.counts.size === 2);

      await balancer.apply(config(2, true));
      await until('the target has drained', async () => {
        const { targetGroups } = await balancer.observe();
        return targetGroups[0]?.targets.find(({ health }) => health === 'draining')?.inFlight === 0;
      });
      const [reached, answered] = [leaving.requests(), load.counts.get('blue') ?? 0];
      await until('a hundred more are answered', async () => (load.counts.get('blue') ?? 0) > answered + 100);
      await leaving.close();
      await balancer.apply(config(3, true, true));
      await until('a hundred more are answered', async () => (load.counts.get('blue') ?? 0) > answered + 200);
      await load.stop();

      expect(load.failures).toEqual([]);
      expect(leaving.requests()).toBe(reached);
    });

    traffic(`cuts what is still in flight when the drain time is over, with 502${because}`, async () => {
      await open();
      const stuck = await startBackend('stuck', () => undefined);
      more.push(stuck);
      const group = groupOf('blue', [stuck.port]);
      const config = (epoch: number, drainBy?: number) =>
        configOf(
          epoch,
          [listenerOf([forwardTo({ blue: 1 })])],
          [
            {
              ...group,
              targets: group.targets.map((t) => (drainBy === undefined ? t : { ...t, draining: true, drainBy })),
            },
          ],
        );
      const port = portOf(await balancer.apply(config(1)));
      const asked = ask({ port });
      await until('the request has arrived', async () => stuck.requests() === 1);

      const seen = await balancer.apply(config(2, Date.now() + 3_600_000));
      await balancer.apply(config(3, Date.now()));

      expect(seen.targetGroups[0]?.targets[0]?.inFlight).toBe(1);
      expect((await asked).status).toBe(502);
      expect((await ask({ port })).status).toBe(503);
    });

    traffic(
      `says why a target is unhealthy, and sends requests there only when none is healthy${because}`,
      async () => {
        await open();
        const sick = await startBackend('sick');
        more.push(sick);
        const wrong = { ...HEALTH_CHECK, matcher: '404' };
        const port = portOf(
          await balancer.apply(
            configOf(1, [listenerOf([forwardTo({ blue: 1 })])], [groupOf('blue', [sick.port], { healthCheck: wrong })]),
          ),
        );

        const seen = await until('the target is unhealthy', async () => {
          const target = (await balancer.observe()).targetGroups[0]?.targets[0];
          return target?.health === 'unhealthy' && target;
        });

        expect(seen.reason).toBe('Target.ResponseCodeMismatch');
        expect(seen.description).toBe('Health checks failed with these codes: [200]');
        expect((await ask({ port })).body.toString()).toBe('sick');
      },
    );
  });
}

const GREEN = Buffer.from('green');
