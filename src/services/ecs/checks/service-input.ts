import type { CreateServiceCommand } from '@aws-sdk/client-ecs';
import type { ActionInput } from '../../../wire/types.ts';
import { invalidParameter, notServed } from '../faults.ts';

type Input = ActionInput<typeof CreateServiceCommand>;

/** What can be refused of a new service without a look at anything else. Source: spec, §5.1. */
export function checkNewService(input: Input): void {
  const { serviceName, desiredCount, clientToken = '', healthCheckGracePeriodSeconds = 0 } = input;
  if (!/^[a-zA-Z0-9\-_]{1,255}$/.test(serviceName))
    throw invalidParameter(`ServiceName must match ^[a-zA-Z0-9\\-_]{1,255}$, but was ${serviceName}`);
  checkDesiredCount(desiredCount);
  if (healthCheckGracePeriodSeconds < 0) throw invalidParameter('healthCheckGracePeriodSeconds must be at least 0');
  if (clientToken.length > 36) throw invalidParameter('clientToken can have at most 36 characters.');
  checkServed(input);
  refuseBoth(input);
  if (input.launchType === 'EXTERNAL') throw notServed('Launch type EXTERNAL');
  const controller = input.deploymentController?.type ?? 'ECS';
  if (input.schedulingStrategy === 'DAEMON') checkDaemon(input, controller);
  if (controller === 'EXTERNAL') checkExternal(input);
  if (controller === 'CODE_DEPLOY') checkCodeDeploy(input);
  checkPlacementOptions(input);
  checkFargatePlacement(input);
}

/** A quota of AWS; the words for too many are assumed. */
const MOST_TASKS = 5000;

/** @throws {InvalidParameterException} for a count that no service can have */
export function checkDesiredCount(desiredCount = 0): void {
  if (desiredCount < 0) throw invalidParameter('desiredCount must be at least 0');
  if (desiredCount > MOST_TASKS) throw invalidParameter(`desiredCount must be at most ${MOST_TASKS}`);
}

/** @throws {InvalidParameterException} for what cannot be asked for together */
export function refuseBoth({
  launchType,
  capacityProviderStrategy,
}: {
  readonly launchType?: string | undefined;
  readonly capacityProviderStrategy?: readonly unknown[] | undefined;
}): void {
  if (launchType && capacityProviderStrategy?.length)
    throw invalidParameter(
      'Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.',
    );
}

/** What a service may ask for and Teal does not serve yet, new or updated. */
export function checkServed(
  input: Pick<
    Input,
    'serviceConnectConfiguration' | 'volumeConfigurations' | 'vpcLatticeConfigurations' | 'serviceRegistries'
  >,
): void {
  if (input.serviceConnectConfiguration?.enabled) throw notServed('Service Connect');
  if (input.volumeConfigurations?.length) throw notServed('volumeConfigurations');
  if (input.vpcLatticeConfigurations?.length) throw notServed('vpcLatticeConfigurations');
  if (input.serviceRegistries?.length) throw notServed('Service discovery');
}

/** The words beside the first are assumed. */
function checkDaemon({ desiredCount, launchType, placementStrategy }: Input, controller: string): void {
  if (desiredCount !== undefined) throw daemonHasNoCount();
  if (controller !== 'ECS')
    throw invalidParameter(
      `The daemon scheduling strategy is not supported with the ${controller} deployment controller.`,
    );
  if (launchType === 'FARGATE')
    throw invalidParameter('The daemon scheduling strategy is not supported with the FARGATE launch type.');
  if (placementStrategy?.length)
    throw invalidParameter('The daemon scheduling strategy does not support placement strategies.');
}

export const daemonHasNoCount = (): Error =>
  invalidParameter('The daemon scheduling strategy does not support a desired count for services.');

/** Task sets bring all of this. */
function checkExternal(input: Input): void {
  if (input.taskDefinition !== undefined) throw invalidParameter('TaskDefinition must be blank.');
  if (input.loadBalancers?.length) throw invalidParameter('LoadBalancers must be empty or null.');
  if (input.networkConfiguration) throw invalidParameter('NetworkConfiguration must be blank.');
  if (input.platformVersion !== undefined) throw invalidParameter('PlatformVersion must be blank.');
  if (input.capacityProviderStrategy?.length) throw invalidParameter('CapacityProviderStrategy must be empty or null.');
}

function checkCodeDeploy({ loadBalancers }: Input): void {
  if (!loadBalancers?.some(({ targetGroupArn }) => targetGroupArn))
    throw invalidParameter(
      'When specifying the CODE_DEPLOY deployment controller type, the service requires an Application Load Balancer or Network Load Balancer.',
    );
  if (loadBalancers.length > 1)
    throw invalidParameter(
      'Multiple target groups are not supported for services with a CODE_DEPLOY deployment controller.',
    );
}

function checkPlacementOptions({ placementStrategy, placementConstraints }: Input): void {
  if ((placementStrategy?.length ?? 0) > 5) throw invalidParameter('placementStrategy can have at most 5 items.');
  if ((placementConstraints?.length ?? 0) > 10)
    throw invalidParameter('placementConstraints can have at most 10 items.');
}

/** Fargate places tasks itself. @throws {InvalidParameterException} */
export function checkFargatePlacement({
  launchType,
  placementStrategy,
  placementConstraints,
}: Pick<Input, 'launchType' | 'placementStrategy' | 'placementConstraints'>): void {
  if (launchType !== 'FARGATE') return;
  if (placementStrategy?.length)
    throw invalidParameter('Placement strategies are not supported with FARGATE launch type.');
  if (placementConstraints?.length)
    throw invalidParameter('Placement constraints are not supported with FARGATE launch type.');
}
