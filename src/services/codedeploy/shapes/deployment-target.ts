import type { DeploymentTarget, ECSTaskSet, LifecycleEvent as WireEvent } from '@aws-sdk/client-codedeploy';
import type { Deployment } from '../../../engine/deployment.ts';
import type { LifecycleEvent, TaskSetView } from '../../../engine/progress.ts';
import { arn } from '../../../kernel/arn.ts';
import { shortName } from '../arns.ts';

/** `cluster:service`, in short names. */
export const targetId = ({ release }: Deployment): string =>
  `${shortName(release.clusterName)}:${shortName(release.serviceName)}`;

/** The one target of a deployment to ECS. Source: spec, DeploymentTarget. */
export const deploymentTarget = (deployment: Deployment): DeploymentTarget => ({
  deploymentTargetType: 'ECSTarget',
  ecsTarget: {
    deploymentId: deployment.id,
    targetId: targetId(deployment),
    targetArn: arn('ecs', deployment.scope, `service/${targetId(deployment).replace(':', '/')}`),
    lastUpdatedAt: new Date(deployment.progress.updatedAt),
    lifecycleEvents: deployment.progress.events.map(lifecycleEvent),
    status: deployment.progress.targetStatus,
    taskSetsInfo: taskSets(deployment),
  },
});

const lifecycleEvent = ({ name, status, startedAt, finishedAt, diagnostics }: LifecycleEvent): WireEvent => ({
  lifecycleEventName: name,
  ...(startedAt !== undefined && { startTime: new Date(startedAt) }),
  ...(finishedAt !== undefined && { endTime: new Date(finishedAt) }),
  status,
  ...(diagnostics && { diagnostics }),
});

const taskSets = ({ progress: { original, replacement } }: Deployment): ECSTaskSet[] => [
  ...(original ? [taskSet(original, 'Blue')] : []),
  ...(replacement ? [taskSet(replacement, 'Green')] : []),
];

const taskSet = (view: TaskSetView, taskSetLabel: 'Blue' | 'Green'): ECSTaskSet => ({
  // AWS's own spelling.
  identifer: view.id,
  desiredCount: view.desiredCount,
  pendingCount: view.pendingCount,
  runningCount: view.runningCount,
  status: view.status,
  trafficWeight: view.trafficWeight,
  targetGroup: { name: view.targetGroupName },
  taskSetLabel,
});
