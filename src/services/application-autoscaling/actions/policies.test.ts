import { expect, it } from 'vitest';
import type { Scaling } from '../../../aws/scaling.ts';
import { systemClock } from '../../../kernel/clock.ts';
import { silentLogger } from '../../../kernel/logger.ts';
import { createTurns } from '../../../kernel/turns.ts';
import { openStore } from '../../../store/open-store.ts';
import type { CallContext } from '../../../wire/types.ts';
import type { AutoscalingDeps } from '../deps.ts';
import { policiesIn, targetsIn } from '../records.ts';
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

  const putting = putScalingPolicy(deps)(
    {
      ...{ ...PLACE, PolicyName: 'keep', PolicyType: 'TargetTrackingScaling' },
      TargetTrackingScalingPolicyConfiguration: {
        TargetValue: 50,
        PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageCPUUtilization' },
      },
    },
    ctx,
  );
  while (made.length === 0) await new Promise(setImmediate);
  const finishing = finishPolicies(deps);
  expect(await policiesIn(store).list(SCOPE, RESOURCE)).toMatchObject([{ hasAlarms: false }]);
  goOn();
  await Promise.all([putting, finishing]);

  expect(made).toEqual(['AlarmHigh', 'AlarmLow']);
  await store.close();
});
