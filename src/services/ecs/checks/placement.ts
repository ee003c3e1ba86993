import type { LaunchType, LoadBalancer, NetworkConfiguration } from '@aws-sdk/client-ecs';
import { PlatformUnknownException } from '@aws-sdk/client-ecs';
import type { Network } from '../../../aws/network.ts';
import type { Targets } from '../../../aws/targets.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { fault } from '../../../wire/api-error.ts';
import { invalidParameter } from '../faults.ts';
import { networkModeOf, type Definition } from '../records/task-definition.ts';
import { checkNetwork, lookUpNetwork } from './network.ts';

export interface PlacementInput {
  readonly launchType?: LaunchType | undefined;
  readonly capacityProviderStrategy?: readonly unknown[] | undefined;
  readonly platformVersion?: string | undefined;
  readonly networkConfiguration?: NetworkConfiguration | undefined;
  readonly loadBalancers?: readonly LoadBalancer[] | undefined;
}

const PLATFORMS = ['LATEST', '1.4.0', '1.3.0', '1.2.0', '1.1.0', '1.0.0'];

/** Launch type and network, the subnets looked up. Source: spec, CreateService. @throws {InvalidParameterException} */
export async function checkPlacement(
  network: Network | undefined,
  scope: Scope,
  input: PlacementInput,
  definition: Definition,
): Promise<void> {
  const { launchType, platformVersion, capacityProviderStrategy } = input;
  if (launchType && capacityProviderStrategy?.length)
    throw invalidParameter(
      'Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.',
    );
  const launch = launchType ?? (capacityProviderStrategy?.length ? 'FARGATE' : 'EC2');
  if (launch === 'FARGATE' && !definition.compatibilities?.includes('FARGATE'))
    throw invalidParameter('Task definition does not support launch_type FARGATE.');
  if (launch === 'EC2' && platformVersion)
    throw invalidParameter('The platform version must be null when specifying an EC2 launch type');
  if (platformVersion && !PLATFORMS.includes(platformVersion))
    throw fault(PlatformUnknownException, `The platform version '${platformVersion}' does not exist.`);
  checkNetwork(input.networkConfiguration, definition);
  await lookUpNetwork(network, scope, input.networkConfiguration);
}

/** Load balancer entries, the target groups looked up. @throws {InvalidParameterException} */
export async function checkLoadBalancers(
  targets: Targets,
  scope: Scope,
  entries: readonly LoadBalancer[] | undefined,
  definition: Definition,
  needsLoadBalancer: boolean,
): Promise<void> {
  for (const entry of entries ?? []) {
    if (entry.loadBalancerName && entry.targetGroupArn)
      throw invalidParameter(
        'loadBalancerName and targetGroupArn cannot both be specified. You must specify either a loadBalancerName or a targetGroupArn in all loadBalancer entries',
      );
    if (!entry.targetGroupArn) throw invalidParameter('Classic Load Balancers are not served by Teal.');
    checkContainerPort(entry, definition);
    await checkTargetGroup(targets, scope, entry.targetGroupArn, definition, needsLoadBalancer);
  }
}

function checkContainerPort({ containerName, containerPort }: LoadBalancer, definition: Definition): void {
  const container = definition.containerDefinitions?.find(({ name }) => name === containerName);
  if (!container) throw invalidParameter(`The container ${containerName} does not exist in the task definition.`);
  if (!container.portMappings?.some((mapping) => mapping.containerPort === containerPort))
    throw invalidParameter(`The container ${containerName} did not have a container port ${containerPort} defined.`);
}

async function checkTargetGroup(
  targets: Targets,
  scope: Scope,
  arn: string,
  definition: Definition,
  needsLoadBalancer: boolean,
): Promise<void> {
  const group = await targets.describe(scope, arn);
  if (!group)
    throw invalidParameter(
      'Unable to assume role and validate the specified targetGroupArn. Please verify that the ECS service role being passed has the proper permissions.',
    );
  const mode = networkModeOf(definition);
  const wanted = mode === 'awsvpc' ? 'ip' : 'instance';
  if (group.targetType !== wanted)
    throw invalidParameter(
      `The provided target group ${arn} has target type ${group.targetType}, which is incompatible with the ${mode} network mode specified in the task definition.`,
    );
  if (needsLoadBalancer && !group.hasLoadBalancer)
    throw invalidParameter(`The target group with targetGroupArn ${arn} does not have an associated load balancer.`);
}
