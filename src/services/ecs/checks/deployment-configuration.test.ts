import type { DeploymentConfiguration } from '@aws-sdk/client-ecs';
import { expect, it } from 'vitest';
import { checkLifecycleHooks } from './lifecycle-hooks.ts';
import { deploymentConfiguration, type ConfigurationUse } from './deployment-configuration.ts';

const ECS: ConfigurationUse = { controller: 'ECS', schedulingStrategy: 'REPLICA' };
const DAEMON: ConfigurationUse = { controller: 'ECS', schedulingStrategy: 'DAEMON' };
const CODE_DEPLOY: ConfigurationUse = { controller: 'CODE_DEPLOY', schedulingStrategy: 'REPLICA' };

it('fills in what AWS shows of a fresh service', () => {
  expect(deploymentConfiguration(undefined, ECS)).toEqual({
    deploymentCircuitBreaker: {
      enable: false,
      rollback: false,
      resetOnHealthyTask: true,
      thresholdConfiguration: { type: 'BOUNDED_PERCENT', value: 50 },
    },
    maximumPercent: 200,
    minimumHealthyPercent: 100,
    strategy: 'ROLLING',
    bakeTimeInMinutes: 0,
  });
  expect(deploymentConfiguration(undefined, DAEMON)).toMatchObject({ maximumPercent: 100, minimumHealthyPercent: 0 });
  expect(deploymentConfiguration(undefined, CODE_DEPLOY)).toEqual({ maximumPercent: 200, minimumHealthyPercent: 100 });
});

it('keeps what an update leaves out', () => {
  const alarms = { alarmNames: ['a'], enable: true, rollback: true };
  const before = deploymentConfiguration({ alarms, maximumPercent: 150, bakeTimeInMinutes: 5 }, ECS);

  expect(deploymentConfiguration({ minimumHealthyPercent: 50 }, ECS, before)).toMatchObject({
    alarms,
    maximumPercent: 150,
    minimumHealthyPercent: 50,
    bakeTimeInMinutes: 5,
  });
});

const breaker = (value: number, type: 'BOUNDED_PERCENT' | 'UNBOUNDED_PERCENT' | 'COUNT') => ({
  deploymentCircuitBreaker: { enable: true, rollback: true, thresholdConfiguration: { type, value } },
});

it.each<[string, DeploymentConfiguration, ConfigurationUse]>([
  ['minimumHealthyPercent must be at most 100', { minimumHealthyPercent: 101 }, ECS],
  ['maximumPercent must be at most 200', { maximumPercent: 201 }, ECS],
  ['thresholdConfiguration value must be at least 1.', breaker(0, 'COUNT'), ECS],
  ['thresholdConfiguration value must be at most 100', breaker(101, 'BOUNDED_PERCENT'), ECS],
  ['canaryConfiguration is only valid with the CANARY', { canaryConfiguration: { canaryPercent: 5 } }, ECS],
  [
    'canaryPercent must be a multiple of 0.1',
    { strategy: 'CANARY', canaryConfiguration: { canaryPercent: 0.15 } },
    ECS,
  ],
  [
    'canaryBakeTimeInMinutes must be between 0 and 1440.',
    { strategy: 'CANARY', canaryConfiguration: { canaryBakeTimeInMinutes: 1441 } },
    ECS,
  ],
  ['bakeTimeInMinutes must be specified with the BLUE_GREEN', { strategy: 'BLUE_GREEN' }, ECS],
  ['is not supported with the DAEMON scheduling strategy', { strategy: 'BLUE_GREEN', bakeTimeInMinutes: 1 }, DAEMON],
  ['is not supported with the CODE_DEPLOY deployment controller', { strategy: 'CANARY' }, CODE_DEPLOY],
  [
    'Deployment alarms are only supported',
    { alarms: { alarmNames: ['a'], enable: true, rollback: true } },
    CODE_DEPLOY,
  ],
  [
    'healthyPercent must be greater than or equal to minimumHealthyPercent.',
    {
      minimumHealthyPercent: 80,
      earlySuccessCriteria: { enable: true, healthyPercent: 50, sourceServiceRevisionCleanup: 'DEFERRED' },
    },
    ECS,
  ],
])('refuses: %s', (message, given, use) => {
  expect(() => deploymentConfiguration(given, use)).toThrow(message);
});

const LAMBDA = 'arn:aws:lambda:us-east-1:111122223333:function:check';
const ROLE = 'arn:aws:iam::111122223333:role/hooks';

it('fills in the type and the timeout of a hook', () => {
  const hook = { hookTargetArn: LAMBDA, roleArn: ROLE, lifecycleStages: ['POST_SCALE_UP' as const] };

  expect(checkLifecycleHooks([hook])).toEqual([
    { ...hook, targetType: 'AWS_LAMBDA', timeoutConfiguration: { timeoutInMinutes: 1440, action: 'ROLLBACK' } },
  ]);
});

it.each([
  ['lifecycleStages must not be empty', { hookTargetArn: LAMBDA, roleArn: ROLE }],
  [
    'must be the ARN of a Lambda function',
    { hookTargetArn: 'check', roleArn: ROLE, lifecycleStages: ['PRE_SCALE_UP'] },
  ],
  ['roleArn must be specified', { hookTargetArn: LAMBDA, lifecycleStages: ['PRE_SCALE_UP'] }],
  ['PAUSE lifecycle hooks cannot be configured', { targetType: 'PAUSE', lifecycleStages: ['TEST_TRAFFIC_SHIFT'] }],
  [
    'timeoutInMinutes of a lifecycle hook must be between 1 and 20160.',
    { targetType: 'PAUSE', lifecycleStages: ['PRE_SCALE_UP'], timeoutConfiguration: { timeoutInMinutes: 20161 } },
  ],
] as const)('refuses of a hook: %s', (message, hook) => {
  expect(() => checkLifecycleHooks([structuredClone(hook) as object])).toThrow(message);
});
