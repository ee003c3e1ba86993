import type { DeploymentGroupInfo, LastDeploymentInfo } from '@aws-sdk/client-codedeploy';
import type { Deployment } from '../../../engine/deployment.ts';
import type { History } from '../deployments-port.ts';
import type { ApplicationRecord, GroupRecord } from '../records.ts';
import {
  ECS_STYLE,
  alarmBlock,
  blueGreenBlock,
  loadBalancerBlock,
  rollbackBlock,
  triggerBlock,
} from './group-blocks.ts';
import { revisionReference } from './revision.ts';

/** GetDeploymentGroup's view: empty lists are there, what was never set is not. Source: spec, DeploymentGroupInfo. */
export function groupInfo(application: ApplicationRecord, group: GroupRecord, history: History): DeploymentGroupInfo {
  const { settings } = group;
  const { lastAttempted, lastSuccessful } = history;
  return {
    applicationName: application.name,
    deploymentGroupId: group.id,
    deploymentGroupName: group.name,
    deploymentConfigName: settings.configName,
    ec2TagFilters: [],
    onPremisesInstanceTagFilters: [],
    autoScalingGroups: [],
    serviceRoleArn: settings.serviceRoleArn,
    triggerConfigurations: settings.triggers.map(triggerBlock),
    ...(settings.alarms && { alarmConfiguration: alarmBlock(settings.alarms) }),
    autoRollbackConfiguration: rollbackBlock(settings.rollback),
    deploymentStyle: ECS_STYLE,
    outdatedInstancesStrategy: settings.outdatedInstancesStrategy,
    blueGreenDeploymentConfiguration: blueGreenBlock(settings.blueGreen),
    loadBalancerInfo: loadBalancerBlock(settings.loadBalancer),
    computePlatform: application.computePlatform,
    ecsServices: [settings.service],
    ...(lastAttempted && {
      targetRevision: revisionReference(lastAttempted.revision),
      lastAttemptedDeployment: lastDeployment(lastAttempted),
    }),
    ...(lastSuccessful && { lastSuccessfulDeployment: lastDeployment(lastSuccessful) }),
  };
}

const lastDeployment = (deployment: Deployment): LastDeploymentInfo => ({
  deploymentId: deployment.id,
  status: deployment.status,
  createTime: new Date(deployment.createdAt),
  ...(deployment.finishedAt !== undefined && { endTime: new Date(deployment.finishedAt) }),
});
