import type { DeploymentInfo, DeploymentOverview } from '@aws-sdk/client-codedeploy';
import { type Deployment, isTerminal } from '../../../engine/deployment.ts';
import { revisionReference } from './revision.ts';

/** GetDeployment's view: no AppSpec content, no lifecycle events. Source: spec, DeploymentInfo. */
export function deploymentInfo(deployment: Deployment): DeploymentInfo {
  return {
    applicationName: deployment.applicationName,
    deploymentGroupName: deployment.deploymentGroupName,
    deploymentConfigName: deployment.deploymentConfigName,
    deploymentId: deployment.id,
    ...(deployment.previousRevision && { previousRevision: revisionReference(deployment.previousRevision) }),
    revision: revisionReference(deployment.revision),
    status: deployment.status,
    ...(deployment.errorInformation && { errorInformation: deployment.errorInformation }),
    ...times(deployment),
    ...(isTerminal(deployment.status) && { deploymentOverview: overview(deployment) }),
    ...(deployment.description !== undefined && { description: deployment.description }),
    creator: deployment.creator,
    ignoreApplicationStopFailures: false,
    updateOutdatedInstancesOnly: false,
    ...(deployment.rollbackInfo && { rollbackInfo: deployment.rollbackInfo }),
    ...deployment.snapshot,
    instanceTerminationWaitTimeStarted: deployment.progress.terminationWaitStartedAt !== undefined,
    fileExistsBehavior: 'DISALLOW',
    deploymentStatusMessages: [],
    computePlatform: 'ECS',
  };
}

const times = ({ createdAt, startedAt, finishedAt }: Deployment) => ({
  createTime: new Date(createdAt),
  ...(startedAt !== undefined && { startTime: new Date(startedAt) }),
  ...(finishedAt !== undefined && { completeTime: new Date(finishedAt) }),
});

/** Counts targets, of which ECS has one; AWS leaves it out until the end. */
const overview = ({ progress }: Deployment): DeploymentOverview => ({
  Pending: 0,
  InProgress: 0,
  Succeeded: 0,
  Failed: 0,
  Skipped: 0,
  Ready: 0,
  [progress.targetStatus]: 1,
});
