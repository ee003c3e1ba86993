import type { DeploymentConfiguration, DeploymentLifecycleHook } from '@aws-sdk/client-ecs';
import type { Release, RollbackEvent, TrafficRouting } from '../../../engine/deployment.ts';
import { newDeployment } from '../../../engine/requests.ts';
import type { NativeRelease, StageHook } from '../../../engine/stages.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { Transaction } from '../../../store/store.ts';
import { arns } from '../arns.ts';
import type { ServiceDeploymentRecord } from '../records/service-deployment.ts';
import { revisionIdOf } from '../records/service-revision.ts';
import { serviceKey, type ServiceRecord } from '../records/service.ts';
import type { TaskSetRecord } from '../records/task-set.ts';
import { deploymentRuns } from './deployment-runs.ts';

export interface Beginning {
  readonly service: ServiceRecord;
  readonly deployment: ServiceDeploymentRecord;
  /** That is to run the new revision. */
  readonly set: TaskSetRecord;
  /** That serves; absent in a first deployment. */
  readonly serving: TaskSetRecord | undefined;
  /** All that there were, `serving` included. */
  readonly sources: readonly TaskSetRecord[];
}

/** Hands a service deployment to the engine. */
export async function beginRun(tx: Transaction, scope: Scope, beginning: Beginning, now: number): Promise<void> {
  const { service, deployment } = beginning;
  const run = newDeployment(
    {
      id: deployment.id,
      scope: { account: scope.account, region: scope.region },
      // What stands for an application and its group: a service and its deployments.
      applicationName: service.cluster,
      deploymentGroupName: service.name,
      deploymentGroupId: serviceKey(service),
      deploymentConfigName: service.deploymentConfiguration.strategy ?? 'BLUE_GREEN',
      creator: 'user',
      revision: { revisionType: 'String', sha256: deployment.targetRevision },
      snapshot: {},
      release: releaseOf(scope, beginning),
    },
    now,
  );
  await deploymentRuns(tx).insert(scope, run.id, run, { parent: serviceKey(service) });
}

function releaseOf(scope: Scope, beginning: Beginning): Release {
  const { service, set, serving } = beginning;
  const { deploymentConfiguration: configuration } = service;
  const [entry] = service.loadBalancers;
  const {
    alternateTargetGroupArn = '',
    productionListenerRule = '',
    testListenerRule,
    roleArn,
  } = entry?.advancedConfiguration ?? {};
  const { alarms } = configuration;
  return {
    serviceRoleArn: roleArn ?? arns.serviceRole(scope),
    clusterName: service.cluster,
    serviceName: service.name,
    targetGroups: [nameOfGroup(entry?.targetGroupArn ?? ''), nameOfGroup(alternateTargetGroupArn)],
    productionListenerArn: productionListenerRule,
    ...(testListenerRule !== undefined && { testListenerArn: testListenerRule }),
    routing: routingOf(configuration),
    terminationWaitMinutes: 0,
    rollbackOn: serving ? rollbackEvents(configuration) : [],
    alarms: { names: alarms?.enable ? (alarms.alarmNames ?? []) : [], ignorePollFailure: true },
    appSpec: {
      taskDefinition: set.taskDefinition,
      containerName: entry?.containerName ?? '',
      containerPort: entry?.containerPort ?? 0,
      hooks: {},
    },
    native: nativeOf(scope, beginning),
  };
}

function nativeOf(scope: Scope, { service, deployment, set, serving, sources }: Beginning): NativeRelease {
  const { cluster, name, deploymentConfiguration: configuration } = service;
  const revisionArn = (one: TaskSetRecord) => arns.serviceRevision(scope, cluster, name, revisionIdOf(one.id));
  const groupOf = (one: TaskSetRecord) => one.loadBalancers[0]?.targetGroupArn ?? '';
  return {
    deploymentId: deployment.id,
    deploymentArn: deployment.arn,
    serviceArn: service.arn,
    targetRevisionArn: revisionArn(set),
    ...(serving && {
      source: { revisionArn: revisionArn(serving), taskSetArn: serving.arn, targetGroupArn: groupOf(serving) },
    }),
    targetGroupArn: groupOf(set),
    reconciles: sources.some((one) => one.id !== serving?.id && one.status !== 'DRAINING'),
    hooks: (configuration.lifecycleHooks ?? []).map(hookOf),
    bakeMinutes: configuration.bakeTimeInMinutes ?? 0,
    breakerRollsBack: configuration.deploymentCircuitBreaker?.rollback === true,
  };
}

const nameOfGroup = (arn: string): string => /targetgroup\/([^/]+)\//.exec(arn)?.[1] ?? arn;

function routingOf({
  strategy,
  linearConfiguration: linear,
  canaryConfiguration: canary,
}: DeploymentConfiguration): TrafficRouting {
  if (strategy === 'LINEAR')
    return {
      kind: 'linear',
      percentage: linear?.stepPercent ?? 10,
      interval: linear?.stepBakeTimeInMinutes ?? 6,
    };
  if (strategy === 'CANARY')
    return {
      kind: 'canary',
      percentage: canary?.canaryPercent ?? 5,
      interval: canary?.canaryBakeTimeInMinutes ?? 10,
    };
  return { kind: 'allAtOnce' };
}

/** A failed hook always brings back what ran; an alarm does where that is asked for. Source: spec, §9.2. */
const rollbackEvents = ({ alarms }: DeploymentConfiguration): readonly RollbackEvent[] => [
  'DEPLOYMENT_FAILURE',
  ...(alarms?.rollback ? ['DEPLOYMENT_STOP_ON_ALARM' as const] : []),
];

/** Their defaults were filled in when they were checked. */
const hookOf = (hook: DeploymentLifecycleHook): StageHook => ({
  kind: hook.targetType ?? 'AWS_LAMBDA',
  ...(hook.hookTargetArn !== undefined && { functionArn: hook.hookTargetArn }),
  stages: hook.lifecycleStages ?? [],
  ...(hook.hookDetails !== undefined && { details: hook.hookDetails }),
  timeoutMinutes: hook.timeoutConfiguration?.timeoutInMinutes ?? 1440,
  onTimeout: hook.timeoutConfiguration?.action ?? 'ROLLBACK',
});
