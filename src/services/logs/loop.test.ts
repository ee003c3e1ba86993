import { afterEach, beforeEach, expect, it } from 'vitest';
import { createBell } from '../../kernel/bell.ts';
import { systemClock } from '../../kernel/clock.ts';
import { silentLogger } from '../../kernel/logger.ts';
import { withRival } from '../../store/fake-rival.ts';
import { openStore } from '../../store/open-store.ts';
import type { Store } from '../../store/store.ts';
import { startRetention, sweep } from './loop.ts';
import { groupsIn, newGroup } from './records.ts';

const scope = { account: '123456789012', region: 'eu-west-1' };
const DAY = 86_400_000;

let store: Store;
beforeEach(async () => {
  store = await openStore(':memory:');
});
afterEach(() => store.close());

/** A group that keeps its events for a day, with one of two days ago. */
async function makeGroup(): Promise<void> {
  const now = Date.now();
  const group = { ...newGroup('/app', now), retentionInDays: 1 };
  await groupsIn(store).insert(scope, '/app', group);
  await store.logEvents.add(group.key, 1, [{ at: now - 2 * DAY, message: 'a' }], now);
}

async function expire(meanwhile: () => Promise<unknown>): Promise<void> {
  const clock = systemClock();
  await new Promise<void>((resolve) => {
    const rival = () => meanwhile().finally(resolve);
    const parts = { ...{ store: withRival(store, rival), clock, logger: silentLogger(), bell: createBell(clock) } };
    const retention = startRetention(
      { ...parts, publish: () => undefined, clients: { lambda: () => undefined as never } },
      createBell(clock),
    );
    closing = () => retention.close();
  });
  await closing();
}
let closing: () => Promise<void>;

const groupsWithEvents = async () => (await store.logEvents.sizes()).size;

it('deletes events that are older than their group keeps them', async () => {
  await makeGroup();

  await expire(async () => undefined);

  expect(await groupsWithEvents()).toBe(0);
});

it('deletes no events of a group that has just been told to keep them', async () => {
  await makeGroup();

  await expire(() => groupsIn(store).change(scope, '/app', (group) => ({ ...group, retentionInDays: 365 })));

  expect(await groupsWithEvents()).toBe(1);
});

it('sweeps no events of a group that is made while it looks', async () => {
  const sizes = async () => {
    await makeGroup();
    return store.logEvents.sizes();
  };

  await sweep({ store: { ...store, logEvents: { ...store.logEvents, sizes } } });

  expect(await groupsWithEvents()).toBe(1);
});
