import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Scaling } from '../../aws/scaling.ts';
import { systemClock } from '../../kernel/clock.ts';
import { silentLogger } from '../../kernel/logger.ts';
import { createTurns } from '../../kernel/turns.ts';
import { withRival } from '../../store/fake-rival.ts';
import { openStore } from '../../store/open-store.ts';
import type { Store } from '../../store/store.ts';
import { activitiesIn, keyOf, policiesIn, targetsIn, type PolicyRecord, type TargetRecord } from './records.ts';
import { scaleTarget } from './scale.ts';

const SCOPE = { account: '111122223333', region: 'eu-west-1' };
const RESOURCE = 'service/shop/web';
const TARGET: TargetRecord = {
  ...{ resourceId: RESOURCE, arn: 'arn', min: 1, max: 9, roleArn: 'role', tags: {}, createdAt: 0 },
  suspended: {
    ...{ DynamicScalingInSuspended: false, DynamicScalingOutSuspended: false, ScheduledScalingSuspended: false },
  },
};
const POLICY: PolicyRecord = {
  ...{ name: 'keep', arn: 'arn:policy', resourceId: RESOURCE, hasAlarms: true, createdAt: 0 },
  tracking: { TargetValue: 50 },
  alarms: [
    { name: 'High', arn: 'arn:high' },
    { name: 'Low', arn: 'arn:low' },
  ],
};

let store: Store;
let set: number[];

beforeEach(async () => {
  store = await openStore(':memory:');
  set = [];
  await targetsIn(store).put(SCOPE, RESOURCE, TARGET);
  await policiesIn(store).put(SCOPE, keyOf(POLICY), POLICY, { parent: RESOURCE });
});
afterEach(() => store.close());

/** Looks at a service of one task that has twice the load it should, while somebody else does something. */
async function scale(rival: () => Promise<unknown>) {
  const scaling: Pick<Scaling, 'service' | 'alarms' | 'newestValue' | 'setDesiredCount'> = {
    service: async () => ({ desiredCount: 1, runningCount: 1, isDeploying: false }),
    alarms: async () => [{ name: 'High', isActive: true, threshold: 50, queries: [] }],
    newestValue: async () => 100,
    setDesiredCount: async (_scope, _cluster, _name, count) => void set.push(count),
  };
  const deps = {
    ...{ store: withRival(store, rival), clock: systemClock(), logger: silentLogger(), wake: () => undefined },
    ...{ turns: createTurns(), scaling: scaling as Scaling },
  };
  await scaleTarget(deps, SCOPE, TARGET);
  return activitiesIn(store).list(SCOPE, RESOURCE);
}

const changeTarget = (members: Partial<TargetRecord>) => () =>
  targetsIn(store).change(SCOPE, RESOURCE, (target) => ({ ...target, ...members }));

it('scales a service whose target is as it was looked at', async () => {
  expect(await scale(async () => undefined)).toMatchObject([{ to: 2 }]);
  expect(set).toEqual([2]);
});

it.each([
  ['scaling is suspended', { suspended: { ...TARGET.suspended, DynamicScalingOutSuspended: true } }],
  ['its largest capacity is lowered', { max: 1 }],
])('leaves a service alone when %s while it is looked at', async (_what, members) => {
  expect(await scale(changeTarget(members))).toEqual([]);
  expect(set).toEqual([]);
});

it('leaves a service alone when the policy is deleted while it is looked at', async () => {
  expect(await scale(() => policiesIn(store).remove(SCOPE, keyOf(POLICY)))).toEqual([]);
  expect(set).toEqual([]);
});
