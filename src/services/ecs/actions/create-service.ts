import type { CreateServiceCommand } from '@aws-sdk/client-ecs';
import type { Scope } from '../../../kernel/scope.ts';
import type { Transaction } from '../../../store/store.ts';
import type { Action, ActionInput } from '../../../wire/types.ts';
import { arns } from '../arns.ts';
import { checkLoadBalancers, checkPlacement } from '../checks/placement.ts';
import { deploymentConfiguration } from '../checks/deployment-configuration.ts';
import type { EcsDeps } from '../deps.ts';
import { beginDeployment, forgetDeployments } from '../deployments/begin-deployment.ts';
import { invalidParameter, notServed } from '../faults.ts';
import { requireCluster } from '../records/cluster.ts';
import { newTaskSet } from '../records/new-task-set.ts';
import { findService, serviceKey, services, type ServiceRecord } from '../records/service.ts';
import { requireTaskDefinition } from '../records/task-definition.ts';
import { taskSets } from '../records/task-set.ts';
import { partsOf, showService } from '../views/show-service.ts';

type Input = ActionInput<typeof CreateServiceCommand>;

/** Creates a service and its first task set or deployment; the loop starts its tasks. */
export const createService =
  (deps: EcsDeps): Action<typeof CreateServiceCommand> =>
  async (input, ctx) => {
    const { store, clock, bell, targets } = deps;
    checkRequest(input);
    const cluster = await requireCluster(store, ctx, input.cluster);
    const existing = await findService(store, ctx, cluster.name, input.serviceName);
    if (existing && isRepeat(existing, input))
      return { service: showService(ctx, existing, await partsOf(store, ctx, existing), true) };
    const { arn, definition } = await requireTaskDefinition(store, ctx, input.taskDefinition ?? '');
    checkPlacement(input, definition);
    await checkLoadBalancers(targets, ctx, input.loadBalancers, definition, true);
    const service = newService(ctx, cluster.name, input, arn, clock.now().getTime());
    const made = await store.transaction(async (tx) => {
      await forgetDeployments(tx, ctx, service);
      await services(tx).put(ctx, serviceKey(service), service, { parent: cluster.name });
      return begin(tx, ctx, service);
    });
    bell.ring();
    return { service: showService(ctx, made, await partsOf(store, ctx, made), true) };
  };

/** Makes the first deployment, or the first task set, of a service. */
async function begin(tx: Transaction, scope: Scope, service: ServiceRecord): Promise<ServiceRecord> {
  if (service.controller === 'ECS') return beginDeployment(tx, scope, service, service.createdAt);
  const set = newTaskSet(scope, service, service, { status: 'PRIMARY', scale: 100, now: service.createdAt });
  await taskSets(tx).insert(scope, set.id, set, { parent: serviceKey(service) });
  return service;
}

function checkRequest(input: Input): void {
  const { serviceName, desiredCount, schedulingStrategy, loadBalancers } = input;
  if (!/^[a-zA-Z0-9\-_]{1,255}$/.test(serviceName))
    throw invalidParameter(`ServiceName must match ^[a-zA-Z0-9\\-_]{1,255}$, but was ${serviceName}`);
  if ((desiredCount ?? 0) < 0) throw invalidParameter('desiredCount must be at least 0');
  const controller = input.deploymentController?.type ?? 'ECS';
  if (controller === 'EXTERNAL') throw notServed('The EXTERNAL deployment controller');
  if (schedulingStrategy === 'DAEMON') throw notServed('The DAEMON scheduling strategy');
  if (input.serviceConnectConfiguration?.enabled) throw notServed('Service Connect');
  if (input.volumeConfigurations?.length) throw notServed('volumeConfigurations');
  if (input.vpcLatticeConfigurations?.length) throw notServed('vpcLatticeConfigurations');
  if (input.serviceRegistries?.length) throw notServed('Service discovery');
  if (input.launchType === 'EXTERNAL') throw notServed('Launch type EXTERNAL');
  if (controller === 'CODE_DEPLOY') checkCodeDeploy(loadBalancers);
  if (input.launchType === 'FARGATE') {
    if (input.placementStrategy?.length)
      throw invalidParameter('Placement strategies are not supported with FARGATE launch type.');
    if (input.placementConstraints?.length)
      throw invalidParameter('Placement constraints are not supported with FARGATE launch type.');
  }
}

function checkCodeDeploy(loadBalancers: Input['loadBalancers']): void {
  if (!loadBalancers?.some(({ targetGroupArn }) => targetGroupArn))
    throw invalidParameter(
      'When specifying the CODE_DEPLOY deployment controller type, the service requires an Application Load Balancer or Network Load Balancer.',
    );
  if (loadBalancers.length > 1)
    throw invalidParameter(
      'Multiple target groups are not supported for services with a CODE_DEPLOY deployment controller.',
    );
}

/** @throws {InvalidParameterException} when the name is taken by another service */
function isRepeat(existing: ServiceRecord, { clientToken }: Input): boolean {
  if (existing.status === 'INACTIVE') return false;
  if (existing.status === 'DRAINING') throw invalidParameter('Unable to Start a service that is still Draining.');
  if (clientToken !== undefined && existing.clientToken === clientToken) return true;
  throw invalidParameter('Creation of service was not idempotent.');
}

function newService(scope: Scope, cluster: string, input: Input, taskDefinition: string, now: number): ServiceRecord {
  const controller = input.deploymentController?.type === 'CODE_DEPLOY' ? 'CODE_DEPLOY' : 'ECS';
  const hasStrategy = input.capacityProviderStrategy !== undefined && input.capacityProviderStrategy.length > 0;
  return {
    name: input.serviceName,
    cluster,
    arn: arns.service(scope, cluster, input.serviceName),
    status: 'ACTIVE',
    controller,
    desiredCount: input.desiredCount ?? 1,
    taskDefinition,
    launchType: hasStrategy ? undefined : (input.launchType ?? 'EC2'),
    capacityProviderStrategy: hasStrategy ? input.capacityProviderStrategy : undefined,
    platformVersion: input.platformVersion,
    networkConfiguration: input.networkConfiguration,
    loadBalancers: input.loadBalancers ?? [],
    serviceRegistries: [],
    deploymentConfiguration: deploymentConfiguration(input.deploymentConfiguration, {
      controller,
      schedulingStrategy: 'REPLICA',
    }),
    schedulingStrategy: 'REPLICA',
    healthCheckGracePeriodSeconds: input.healthCheckGracePeriodSeconds ?? 0,
    placementConstraints: input.placementConstraints ?? [],
    placementStrategy: input.placementStrategy ?? [],
    propagateTags: input.propagateTags ?? 'NONE',
    enableECSManagedTags: input.enableECSManagedTags ?? false,
    enableExecuteCommand: input.enableExecuteCommand ?? false,
    availabilityZoneRebalancing: input.availabilityZoneRebalancing ?? (controller === 'ECS' ? 'ENABLED' : 'DISABLED'),
    tags: input.tags ?? [],
    clientToken: input.clientToken,
    createdBy: `arn:aws:iam::${scope.account}:root`,
    createdAt: now,
    events: [],
  };
}
