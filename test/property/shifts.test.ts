import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Balancer, BalancerName, BalancerOptions } from '../../src/drivers/balancers/balancer.ts';
import { createEmbeddedBalancer } from '../../src/drivers/balancers/embedded/embedded-balancer.ts';
import { findHaproxy } from '../../src/drivers/balancers/haproxy/find-haproxy.ts';
import { BALANCERS } from '../../src/drivers/balancers/table.ts';
import { bundleBalancer, type Bundle } from '../../src/drivers/balancers/testing/bundle-balancer.ts';
import { until } from '../../src/drivers/balancers/testing/client.ts';
import { type Seeded, seeded } from '../wire/seeded.ts';
import { endTask, type Group, type Task, World } from './world.ts';

/** Longer runs: `TEAL_PROPERTY_MS=600000 npx vitest run test/property`. A failing seed again: `TEAL_PROPERTY_SEED=…`. */
const SPAN = Number(process.env['TEAL_PROPERTY_MS'] ?? 6000);
const SEED = Number(process.env['TEAL_PROPERTY_SEED'] ?? Math.floor(Math.random() * 1e9));

const noHaproxy = await findHaproxy().then(
  () => undefined,
  (cause: Error) => cause.message,
);
let bundle: Bundle;
beforeAll(async () => {
  bundle = await bundleBalancer();
});
afterAll(() => bundle.remove());

const create = (name: BalancerName, options: BalancerOptions): Promise<Balancer> =>
  name === 'embedded' ? createEmbeddedBalancer({ ...options, entry: bundle.entry }) : BALANCERS[name](options);

describe.each(Object.keys(BALANCERS) as BalancerName[])(
  'shifts, scaling, deaths, drains and rollbacks on %s',
  (name) => {
    const skip = name === 'haproxy' && noHaproxy !== undefined && !process.env['CI'];

    it.skipIf(skip)(
      `lose no request and send none where it may not go (seed ${SEED})${skip ? ` (skipped: ${noHaproxy})` : ''}`,
      { timeout: SPAN + 60_000 },
      async () => {
        const folder = await mkdtemp(join(tmpdir(), 'teal-property-'));
        const balancer = await create(name, { folder, host: '127.0.0.1', onChange: () => undefined });
        const random = seeded(SEED);
        const world = new World(balancer, seeded(SEED + 1));
        const history: string[] = [];
        try {
          for (const group of ['blue', 'green'] as const) await world.startTask(group);
          await world.apply();
          await until('healthy tasks', async () => (await world.isHealthy('blue')) && (await world.isHealthy('green')));
          world.startLoad(16);
          await act(world, random, history);
        } finally {
          await world.close();
          await balancer.close({ leaveRunning: false });
          await rm(folder, { recursive: true, force: true });
        }

        expect(world.complaints, `seed ${SEED}; what was done:\n${history.join('\n')}`).toEqual([]);
        expect(world.answers).toBeGreaterThan(history.length);
      },
    );
  },
);

/** Does one thing after another; drains go on meanwhile, and some changes do not wait for each other. */
async function act(world: World, random: Seeded, history: string[]): Promise<void> {
  const endsAt = performance.now() + SPAN;
  const underWay = new Set<Promise<void>>();
  const goOn = (what: Promise<void>): void => {
    underWay.add(what);
    void what.finally(() => underWay.delete(what));
  };
  while (performance.now() < endsAt && world.complaints.length === 0) {
    const step = random.pick(STEPS);
    const done = step(world, random, goOn);
    if (done === undefined) continue;
    history.push(done);
    const applied = world.apply();
    if (random.next() < 0.3) goOn(applied);
    else await applied;
    // Changes that outran the load would be tried without it.
    await until('the load to keep up', async () => world.answers > history.length);
  }
  await Promise.all(underWay);
}

/** Changes the world and says how; nothing when it would not be allowed now. */
type Step = (world: World, random: Seeded, goOn: (what: Promise<void>) => void) => string | undefined;

const other = (group: Group): Group => (group === 'blue' ? 'green' : 'blue');

const shift: Step = (world, random) => {
  if (world.of('blue').length === 0 || world.of('green').length === 0) return undefined;
  const green = random.pick([0, 1, 10, 50, 90, 99, 100]);
  world.weights = { blue: 100 - green, green };
  return `shift to green ${green}`;
};

const rollBack: Step = (world) => {
  if (world.of('blue').length === 0) return undefined;
  world.weights = { blue: 100, green: 0 };
  return 'roll back to blue';
};

const scaleOut: Step = (world, random, goOn) => {
  const group = random.pick<Group>(['blue', 'green']);
  if (world.of(group).length > 3) return undefined;
  goOn(world.startTask(group).then(() => world.apply()));
  return `scale ${group} out`;
};

/** Out of the balancer, drain, and only then the end; unless it is registered again before. */
const drain: Step = (world, random, goOn) => {
  const group = random.pick<Group>(['blue', 'green']);
  const [task] = world.of(group);
  if (!task || (world.of(group).length < 2 && world.weights[group] > 0)) return undefined;
  task.state = 'draining';
  task.drains += 1;
  const drains = task.drains;
  goOn(world.apply().then(() => endWhenDrained(world, task, drains)));
  return `drain ${task.name}`;
};

async function endWhenDrained(world: World, task: Task, drains: number): Promise<void> {
  const isOver = () => task.state !== 'draining' || task.drains !== drains;
  await until(`${task.name} to drain`, async () => isOver() || (await world.inFlight(task)) === 0);
  if (isOver()) return;
  task.toldToStop = true;
  // It may well go on listening: a request that still came would be noticed.
  task.state = 'gone';
  await world.apply();
  if (task.port % 2 === 0) endTask(task);
}

const registerAgain: Step = (world, random) => {
  const group = random.pick<Group>(['blue', 'green']);
  const task = world.of(group, 'draining').find((each) => !each.dying);
  if (!task) return undefined;
  task.state = 'registered';
  return `register ${task.name} again`;
};

/** A task dies that has no traffic; one that serves loses what it was answering behind any load balancer. */
const die: Step = (world, random, goOn) => {
  const group = random.pick<Group>(['blue', 'green']);
  const [task] = world.of(group);
  if (!task || world.weights[group] > 0 || world.of(other(group)).length === 0) return undefined;
  task.dying = true;
  task.state = 'draining';
  // Whoever waits for an earlier drain of it leaves it alone.
  task.drains += 1;
  goOn(
    world.apply().then(async () => {
      await until(`${task.name} to be idle`, async () => (await world.inFlight(task)) === 0);
      endTask(task);
      task.state = 'gone';
      await world.apply();
    }),
  );
  return `${task.name} dies`;
};

const STEPS: readonly Step[] = [shift, shift, shift, rollBack, scaleOut, scaleOut, drain, drain, registerAgain, die];
