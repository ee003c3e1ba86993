import { afterAll, beforeAll, expect, it } from 'vitest';
import { ask, until } from '../../src/drivers/balancers/testing/client.ts';
import { elbStack, forwardTo, type ElbStack } from '../support/elb-stack.ts';
import { elbTargets, type ElbTargets } from '../support/elb-targets.ts';
import { startTestTeal, type TestTeal } from '../support/teal.ts';

/** A configured minute is a second. */
const TIME_SCALE = 60;

let teal: TestTeal;
let stack: ElbStack;
let targets: ElbTargets;

beforeAll(async () => {
  teal = await startTestTeal({ timeScale: TIME_SCALE });
  stack = await elbStack(teal, 18_700);
  targets = elbTargets(teal, stack);
});

afterAll(async () => {
  await teal?.close();
  await targets?.close();
});

const listen = async (group: string): Promise<number> =>
  stack.boundPort(await stack.listener(await stack.balancer(), forwardTo(group)));

/** How many of so many requests, one after the other, a target answers. */
async function countOf(name: string, port: number, requests: number): Promise<number> {
  let count = 0;
  for (let turn = 0; turn < requests; turn += 1) if ((await ask({ port })).body.toString() === name) count += 1;
  return count;
}

/** Requests of `all` that a target gets which takes `share` of its turns, next to one that takes all of its own. */
const taken = (all: number, share: number): number => (all * share) / (1 + share);

it('gives a newly healthy target a share that grows from nothing to its whole part in the slow start time', async () => {
  const group = await targets.group();
  await targets.add(group, 'old');
  const port = await listen(group);
  await targets.healthy(group, 1);
  await targets.setGroup(group, { 'slow_start.duration_seconds': '300' });
  const slowStart = 300_000 / TIME_SCALE;

  const registeredAt = Date.now();
  await targets.add(group, 'new');
  await targets.healthy(group, 2);
  const healthyBy = Date.now();

  // It became healthy between the two stamps: what it may and must have got follows from the time that really passed.
  const requests = 40;
  for (let begun = healthyBy; begun < healthyBy + slowStart;) {
    begun = Date.now();
    const got = await countOf('new', port, requests);
    const [least, most] = [(begun - healthyBy) / slowStart, (Date.now() - registeredAt) / slowStart];
    expect(got).toBeGreaterThanOrEqual(Math.floor(taken(requests, Math.min(1, least))) - 1);
    expect(got).toBeLessThanOrEqual(Math.ceil(taken(requests, Math.min(1, most))) + 1);
  }
  expect(await countOf('new', port, requests)).toBe(requests / 2);
});

it('lets the only target of a group have everything, however new it is', async () => {
  const group = await targets.group();
  await targets.setGroup(group, { 'slow_start.duration_seconds': '900' });
  const port = await listen(group);
  await targets.add(group, 'only');
  await targets.healthy(group, 1);

  expect(await countOf('only', port, 10)).toBe(10);
});

it('sends a request where the fewest are outstanding, so that two at a time never meet', async () => {
  const waiting: Record<'one' | 'two', (() => void)[]> = { one: [], two: [] };
  let holds = true;
  const group = await targets.group();
  for (const name of ['one', 'two'] as const)
    await targets.add(group, name, (_, response) => {
      if (holds) waiting[name].push(() => response.end(name));
      else response.end(name);
    });
  await targets.setGroup(group, { 'load_balancing.algorithm.type': 'least_outstanding_requests' });
  const port = await listen(group);
  await targets.healthy(group, 2);
  let answered = 0;
  const send = () => ask({ port }).finally(() => (answered += 1));
  const asked: Promise<unknown>[] = [];

  // Each pair meets two targets that are equally busy.
  for (const pairs of [1, 2, 3]) {
    asked.push(send(), send());
    await until(`${2 * pairs} requests wait`, async () => waiting.one.length + waiting.two.length === 2 * pairs);
    expect([waiting.one.length, waiting.two.length]).toEqual([pairs, pairs]);
  }
  holds = false;
  for (const answer of waiting.two) answer();
  await until('the second target has answered its three', async () => answered === 3);
  const next = await countOf('two', port, 10);
  for (const answer of waiting.one) answer();
  await Promise.all(asked);

  expect(next).toBe(10);
});
