import type {
  ServiceDeployment,
  ServiceDeploymentBrief,
  ServiceRevision,
  ServiceRevisionSummary,
} from '@aws-sdk/client-ecs';
import type { Scope } from '../../../kernel/scope.ts';
import { arns } from '../arns.ts';
import type { RevisionCounts, ServiceDeploymentRecord } from '../records/service-deployment.ts';
import type { ServiceRevisionRecord } from '../records/service-revision.ts';
import { showPlacement } from './show-placement.ts';

const at = (instant: number | undefined): Date | undefined => (instant === undefined ? undefined : new Date(instant));

const NOTHING: RevisionCounts = { requested: 0, running: 0, pending: 0 };

/** A deployment as DescribeServiceDeployments shows it. @param counts - of the sets there are now, by revision */
export function showServiceDeployment(
  scope: Scope,
  deployment: ServiceDeploymentRecord,
  counts: Readonly<Record<string, RevisionCounts>>,
): ServiceDeployment {
  const { cluster, service, circuitBreaker, alarms, rollback, deploymentConfiguration } = deployment;
  const summary = (revision: string): ServiceRevisionSummary => {
    const { requested, running, pending } = (deployment.finalCounts ?? counts)[revision] ?? NOTHING;
    const weights = deployment.weights?.[revision];
    return {
      arn: arns.serviceRevision(scope, cluster, service, revision),
      requestedTaskCount: requested,
      runningTaskCount: running,
      pendingTaskCount: pending,
      requestedTestTrafficWeight: weights?.test,
      requestedProductionTrafficWeight: weights?.production,
    };
  };
  return {
    ...showShared(scope, deployment),
    createdAt: new Date(deployment.createdAt),
    stoppedAt: at(deployment.stoppedAt),
    updatedAt: new Date(deployment.updatedAt),
    sourceServiceRevisions: deployment.sourceRevisions.map(summary),
    targetServiceRevision: summary(deployment.targetRevision),
    lifecycleStage: deployment.lifecycleStage,
    lifecycleHookDetails: deployment.hooks?.map(({ expiresAt, ...hook }) => ({ ...hook, expiresAt: at(expiresAt) })),
    deploymentConfiguration,
    rollback: rollback && {
      reason: rollback.reason,
      startedAt: new Date(rollback.startedAt),
      serviceRevisionArn: arns.serviceRevision(scope, cluster, service, rollback.revision),
    },
    deploymentCircuitBreaker: circuitBreaker,
    alarms: {
      status: alarms.status,
      alarmNames: deploymentConfiguration.alarms?.enable ? deploymentConfiguration.alarms.alarmNames : [],
      triggeredAlarmNames: [...alarms.triggeredAlarmNames],
    },
  };
}

/** A deployment as ListServiceDeployments shows it. */
export const showBriefly = (scope: Scope, deployment: ServiceDeploymentRecord): ServiceDeploymentBrief => ({
  ...showShared(scope, deployment),
  createdAt: new Date(deployment.createdAt),
  targetServiceRevisionArn: arns.serviceRevision(
    scope,
    deployment.cluster,
    deployment.service,
    deployment.targetRevision,
  ),
});

const showShared = (scope: Scope, deployment: ServiceDeploymentRecord) => ({
  serviceDeploymentArn: deployment.arn,
  serviceArn: arns.service(scope, deployment.cluster, deployment.service),
  clusterArn: arns.cluster(scope, deployment.cluster),
  startedAt: at(deployment.startedAt),
  finishedAt: at(deployment.finishedAt),
  status: deployment.status,
  statusReason: deployment.statusReason,
});

/** A revision as DescribeServiceRevisions shows it. */
export const showServiceRevision = (scope: Scope, revision: ServiceRevisionRecord): ServiceRevision => ({
  serviceRevisionArn: revision.arn,
  serviceArn: arns.service(scope, revision.cluster, revision.service),
  clusterArn: arns.cluster(scope, revision.cluster),
  ...showPlacement(revision),
  loadBalancers: revision.loadBalancers,
  serviceRegistries: revision.serviceRegistries,
  containerImages: [...revision.containerImages],
  guardDutyEnabled: false,
  createdAt: new Date(revision.createdAt),
  resolvedConfiguration: {
    loadBalancers: revision.loadBalancers.map(({ targetGroupArn, advancedConfiguration }, index) => ({
      targetGroupArn: index === 0 ? (revision.resolvedTargetGroup ?? targetGroupArn) : targetGroupArn,
      productionListenerRule: advancedConfiguration?.productionListenerRule,
    })),
  },
});
