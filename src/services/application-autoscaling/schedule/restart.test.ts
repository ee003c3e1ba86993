import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually } from '../../../../test/support/eventually.ts';
import type { Scaling } from '../../../aws/scaling.ts';
import type { Clock } from '../../../kernel/clock.ts';
import type { Millis } from '../../../kernel/span.ts';
import { createTurns } from '../../../kernel/turns.ts';
import { silentLogger } from '../../../kernel/logger.ts';
import { openStore } from '../../../store/open-store.ts';
import type { Store } from '../../../store/store.ts';
import type { AutoscalingDeps } from '../deps.ts';
import { createLoop } from '../loop.ts';
import {
  activitiesIn,
  keyOf,
  scheduledActionsIn,
  targetsIn,
  type ScheduledActionRecord,
  type TargetRecord,
} from '../records.ts';
import { triggerDue } from './trigger.ts';

const SCOPE = { account: '111122223333', region: 'eu-west-1' };
const RESOURCE = 'service/shop/web';
const NIGHT = Date.parse('2026-05-01T20:00:00Z');

let store: Store;
let now: number;
let desired: number;
/** Time passes when the test says so. */
const clock: Clock = {
  timeScale: 1,
  now: () => new Date(now),
  scaled: (span) => span,
  sleep: (_real: Millis, signal) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, 5);
      signal?.addEventListener('abort', () => (clearTimeout(timer), resolve()));
    }),
};
const none = (): never => {
  throw new Error('no policy is here');
};
const scaling: Scaling = {
  service: async () => ({ desiredCount: desired, runningCount: desired, isDeploying: false }),
  setDesiredCount: async (_scope, _cluster, _name, count) => void (desired = count),
  alarms: none,
  putAlarm: none,
  deleteAlarms: none,
  newestValue: none,
};

beforeEach(async () => {
  store = await openStore(':memory:');
  now = NIGHT - 1000;
  desired = 4;
  const suspended = {
    DynamicScalingInSuspended: false,
    DynamicScalingOutSuspended: false,
    ScheduledScalingSuspended: false,
  };
  const target: TargetRecord = {
    ...{ resourceId: RESOURCE, arn: 'arn', roleArn: 'role', tags: {}, createdAt: 0 },
    ...{ min: 4, max: 8, suspended },
  };
  await targetsIn(store).put(SCOPE, RESOURCE, target);
  await plan('night', 'cron(0 20 * * ? *)', { min: 1, max: 1 }, NIGHT);
  await plan('day', 'cron(0 8 * * ? *)', { min: 3, max: 9 }, NIGHT + 12 * HOUR);
});
afterEach(() => store.close());

const HOUR = 3_600_000;
const plan = (name: string, schedule: string, bounds: Pick<ScheduledActionRecord, 'min' | 'max'>, nextAt: number) =>
  scheduledActionsIn(store).put(
    SCOPE,
    keyOf({ resourceId: RESOURCE, name }),
    { name, arn: name, resourceId: RESOURCE, schedule, ...bounds, createdAt: now, putAt: now, from: now, nextAt },
    { parent: RESOURCE },
  );

/** Runs Teal's loop until the service has so many tasks, then ends it. */
async function runUntil(count: number) {
  const deps: AutoscalingDeps = {
    store,
    clock,
    logger: silentLogger(),
    scaling,
    wake: () => undefined,
    turns: createTurns(),
  };
  const loop = createLoop(deps);
  loop.start();
  await eventually(`${count} tasks`, () => (desired === count ? true : undefined));
  await loop.close();
}
const causes = async () =>
  (await activitiesIn(store).list(SCOPE, RESOURCE))
    .map(({ cause }) => cause)
    .filter((cause) => cause.startsWith('scheduled'));

it('triggers once what is due, however often Teal starts', async () => {
  now = NIGHT;
  await runUntil(1);
  desired = 0;
  await runUntil(1);

  expect(await causes()).toEqual(['scheduled action name night was triggered']);
});

it('makes up once for each action that was due while Teal did not run, the last one last', async () => {
  now = NIGHT + 5 * 24 * HOUR + 13 * HOUR;
  desired = 0;
  await runUntil(3);

  expect(await causes()).toEqual([
    'scheduled action name night was triggered',
    'scheduled action name day was triggered',
  ]);
  expect(await targetsIn(store).get(SCOPE, RESOURCE)).toMatchObject({ min: 3, max: 9 });
  const [night] = await scheduledActionsIn(store).list(SCOPE, RESOURCE);
  expect(night?.nextAt).toBe(NIGHT + 6 * 24 * HOUR);
});

it('triggers again what could not be stored', async () => {
  now = NIGHT;
  const failing = { ...store, transaction: () => Promise.reject(new Error('the disk is full')) };
  const deps = {
    store: failing as Store,
    clock,
    logger: silentLogger(),
    scaling,
    wake: () => undefined,
    turns: createTurns(),
  };
  await expect(triggerDue(deps)).rejects.toThrow('the disk is full');
  await runUntil(1);

  expect(await causes()).toEqual(['scheduled action name night was triggered']);
});
