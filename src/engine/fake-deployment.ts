import type { Release } from './deployment.ts';
import type { HookName } from './progress.ts';
import { BLUE, GREEN, PRODUCTION, RULE, SCOPE, TEST, TEST_RULE } from './fake-ports.ts';
import type { NewDeployment } from './requests.ts';
import type { NativeRelease, StageHook } from './stages.ts';

const HOOKS: readonly HookName[] = [
  'BeforeInstall',
  'AfterInstall',
  'AfterAllowTestTraffic',
  'BeforeAllowTraffic',
  'AfterAllowTraffic',
];

/** A canary with a test listener and all five hooks, each function named after its event. */
export const fakeRelease = (change: Partial<Release> = {}): Release => ({
  serviceRoleArn: 'arn:aws:iam::000000000000:role/deploy',
  clusterName: 'cluster',
  serviceName: 'service',
  targetGroups: ['blue', 'green'],
  productionListenerArn: PRODUCTION,
  testListenerArn: TEST,
  routing: { kind: 'canary', percentage: 10, interval: 5 },
  terminationWaitMinutes: 5,
  rollbackOn: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM', 'DEPLOYMENT_STOP_ON_REQUEST'],
  alarms: { names: [], ignorePollFailure: false },
  appSpec: {
    taskDefinition: 'app:2',
    containerName: 'app',
    containerPort: 80,
    hooks: Object.fromEntries(HOOKS.map((name) => [name, name])),
  },
  ...change,
});

/** The release without its test listener. */
export function withoutTestListener(release: Release): Release {
  const { testListenerArn: _gone, ...rest } = release;
  return rest;
}

export const fakeDeployment = (release: Release = fakeRelease(), id = 'd-000000001'): NewDeployment => ({
  id,
  scope: SCOPE,
  applicationName: 'app',
  deploymentGroupName: 'group',
  deploymentGroupId: 'group-id',
  deploymentConfigName: 'CodeDeployDefault.ECSCanary10Percent5Minutes',
  creator: 'user',
  revision: { revisionType: 'AppSpecContent', sha256: 'new' },
  previousRevision: { revisionType: 'AppSpecContent', sha256: 'old' },
  snapshot: {},
  release,
});

export const fakeHook = (change: Partial<StageHook> = {}): StageHook => ({
  kind: 'AWS_LAMBDA',
  functionArn: 'arn:function',
  stages: ['POST_SCALE_UP', 'PRODUCTION_TRAFFIC_SHIFT'],
  timeoutMinutes: 60,
  onTimeout: 'ROLLBACK',
  ...change,
});

/** An ECS-native canary with a test rule and one hook at two stages. */
export const fakeNativeRelease = (native: Partial<NativeRelease> = {}, change: Partial<Release> = {}): Release => ({
  ...fakeRelease({ productionListenerArn: RULE, testListenerArn: TEST_RULE, terminationWaitMinutes: 0, ...change }),
  native: {
    deploymentId: 'd-000000001',
    deploymentArn: 'arn:deployment',
    serviceArn: 'arn:service',
    targetRevisionArn: 'arn:revision/green',
    source: { revisionArn: 'arn:revision/blue', taskSetArn: 'arn:task-set/original', targetGroupArn: BLUE },
    targetGroupArn: GREEN,
    reconciles: false,
    hooks: [fakeHook()],
    bakeMinutes: 5,
    breakerRollsBack: true,
    ...native,
  },
});
