import { expect, it } from 'vitest';
import type { Scaling } from '../../../aws/scaling.ts';
import { systemClock } from '../../../kernel/clock.ts';
import { silentLogger } from '../../../kernel/logger.ts';
import { createTurns } from '../../../kernel/turns.ts';
import { openStore } from '../../../store/open-store.ts';
import type { CallContext } from '../../../wire/types.ts';
import type { AutoscalingDeps } from '../deps.ts';
import { keyOf, policiesIn, targetsIn } from '../records.ts';
import { finishPolicies, putScalingPolicy } from './policies.ts';

const SCOPE = { account: '111122223333', region: 'eu-west-1' };
const RESOURCE = 'service/shop/web';
const PLACE = { ServiceNamespace: 'ecs', ResourceId: RESOURCE, ScalableDimension: 'ecs:service:DesiredCount' } as const;
const ctx: CallContext = {
  ...{ ...SCOPE, service: 'application-autoscaling', operation: 'PutScalingPolicy', requestId: '1' },
  ...{ accessKeyId: undefined, principal: undefined, signal: new AbortController().signal },
};
const suspended = {
  DynamicScalingInSuspended: false,
  DynamicScalingOutSuspended: false,
  ScheduledScalingSuspended: false,
};

const keepAt = (TargetValue: number) => ({
  ...{ ...PLACE, PolicyName: 'keep', PolicyType: 'TargetTrackingScaling' as const },
  TargetTrackingScalingPolicyConfiguration: {
    TargetValue,
    PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageCPUUtilization' as const },
  },
});

it('makes the alarms of a policy once, though the loop looks for unfinished ones meanwhile', async () => {
  const store = await openStore(':memory:');
  const target = { resourceId: RESOURCE, arn: 'arn', min: 1, max: 2, roleArn: 'role', suspended, tags: {} };
  await targetsIn(store).put(SCOPE, RESOURCE, { ...target, createdAt: 0 });
  const made: string[] = [];
  let goOn = (): void => undefined;
  const held = new Promise<void>((resolve) => (goOn = resolve));
  const scaling: Pick<Scaling, 'putAlarm' | 'deleteAlarms'> = {
    putAlarm: async (_scope, { AlarmName = '' }) => {
      made.push(AlarmName.replace(/^.*-(Alarm\w+)-.*$/, '$1'));
      await held;
    },
    deleteAlarms: async () => undefined,
  };
  const deps: AutoscalingDeps = {
    ...{ store, clock: systemClock(), logger: silentLogger(), wake: () => undefined, turns: createTurns() },
    scaling: scaling as Scaling,
  };

  const putting = putScalingPolicy(deps)(keepAt(50), ctx);
  while (made.length === 0) await new Promise(setImmediate);
  const finishing = finishPolicies(deps);
  expect(await policiesIn(store).list(SCOPE, RESOURCE)).toMatchObject([{ hasAlarms: false }]);
  goOn();
  await Promise.all([putting, finishing]);

  expect(made).toEqual(['AlarmHigh', 'AlarmLow']);
  await store.close();
});

it('puts a policy back as it was when its alarms cannot be made, and keeps a cooldown that began meanwhile', async () => {
  const store = await openStore(':memory:');
  const target = { resourceId: RESOURCE, arn: 'arn', min: 1, max: 2, roleArn: 'role', suspended, tags: {} };
  await targetsIn(store).put(SCOPE, RESOURCE, { ...target, createdAt: 0 });
  const key = keyOf({ resourceId: RESOURCE, name: 'keep' });
  const cooldown = { direction: 'out', until: 7, from: 1 } as const;
  let putAlarm = async (): Promise<unknown> => undefined;
  const deps: AutoscalingDeps = {
    ...{ store, clock: systemClock(), logger: silentLogger(), wake: () => undefined, turns: createTurns() },
    scaling: { putAlarm: () => putAlarm(), deleteAlarms: async () => undefined } as unknown as Scaling,
  };
  await putScalingPolicy(deps)(keepAt(50), ctx);
  putAlarm = async () => {
    await policiesIn(store).change(SCOPE, key, (policy) => ({ ...policy, cooldown }));
    throw new Error('no');
  };

  await expect(putScalingPolicy(deps)(keepAt(80), ctx)).rejects.toThrow('could not be made');

  expect(await policiesIn(store).get(SCOPE, key)).toMatchObject({ tracking: { TargetValue: 50 }, cooldown });
  await store.close();
});
