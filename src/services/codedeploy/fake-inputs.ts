import type { CreateDeploymentGroupInput, LoadBalancerInfo } from '@aws-sdk/client-codedeploy';
import { PRODUCTION, TEST, type World } from './fake-world.ts';

export const loadBalancer = (changes: object = {}): LoadBalancerInfo => ({
  targetGroupPairInfoList: [
    {
      targetGroups: [{ name: 'blue' }, { name: 'green' }],
      prodTrafficRoute: { listenerArns: [PRODUCTION] },
      testTrafficRoute: { listenerArns: [TEST] },
      ...changes,
    },
  ],
});

export const blueGreen = (ready: object = {}, terminate: object = {}) => ({
  deploymentReadyOption: { actionOnTimeout: 'CONTINUE_DEPLOYMENT' as const, ...ready },
  terminateBlueInstancesOnDeploymentSuccess: { action: 'TERMINATE' as const, ...terminate },
});

/** A group that AWS would take. */
export const groupInput = (changes: object = {}): CreateDeploymentGroupInput => ({
  applicationName: 'app',
  deploymentGroupName: 'dg',
  serviceRoleArn: 'arn:aws:iam::123456789012:role/codedeploy',
  deploymentStyle: { deploymentType: 'BLUE_GREEN', deploymentOption: 'WITH_TRAFFIC_CONTROL' },
  blueGreenDeploymentConfiguration: blueGreen(),
  loadBalancerInfo: loadBalancer(),
  ecsServices: [{ clusterName: 'cl', serviceName: 'svc' }],
  ...changes,
});

export const APP_SPEC = JSON.stringify({
  version: 0.0,
  Resources: [
    {
      TargetService: {
        Type: 'AWS::ECS::Service',
        Properties: {
          TaskDefinition: 'arn:aws:ecs:eu-west-1:123456789012:task-definition/web:2',
          LoadBalancerInfo: { ContainerName: 'web', ContainerPort: 80 },
        },
      },
    },
  ],
});

export const deploymentInput = (changes: object = {}) => ({
  applicationName: 'app',
  deploymentGroupName: 'dg',
  revision: { revisionType: 'AppSpecContent', appSpecContent: { content: APP_SPEC } },
  ...changes,
});

export const createApp = (world: World, applicationName = 'app') =>
  world.call('CreateApplication', { applicationName, computePlatform: 'ECS' });

/** An application with a group, and what the group is called with. */
export async function createGroup(world: World, changes: object = {}): Promise<void> {
  await createApp(world);
  await world.call('CreateDeploymentGroup', groupInput(changes));
}

export async function createDeployment(world: World, changes: object = {}): Promise<string> {
  const { deploymentId } = await world.call('CreateDeployment', deploymentInput(changes));
  return String(deploymentId);
}
