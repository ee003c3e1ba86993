import type { CreateServiceCommand } from '@aws-sdk/client-ecs';
import type { Scope } from '../../../kernel/scope.ts';
import type { Transaction } from '../../../store/store.ts';
import type { Action, ActionInput } from '../../../wire/types.ts';
import { arns } from '../arns.ts';
import { checkStrategy } from '../checks/capacity-providers.ts';
import { checkLoadBalancers, checkPlacement } from '../checks/placement.ts';
import { deploymentConfiguration } from '../checks/deployment-configuration.ts';
import { checkTags } from '../checks/tags.ts';
import { checkNewService } from '../checks/service-input.ts';
import { checkShiftedTraffic } from '../checks/shifted-traffic.ts';
import { zoneRebalancing } from '../checks/zone-rebalancing.ts';
import type { EcsDeps } from '../deps.ts';
import { beginDeployment, forgetDeployments } from '../deployments/begin-deployment.ts';
import { invalidParameter } from '../faults.ts';
import { requireCluster, type ClusterRecord } from '../records/cluster.ts';
import type { Placement } from '../records/placement.ts';
import { newTaskSet } from '../records/new-task-set.ts';
import { findService, serviceKey, services, type ServiceRecord } from '../records/service.ts';
import { digestOf } from '../records/request-digest.ts';
import { requireTaskDefinition } from '../records/task-definition.ts';
import { taskSets } from '../records/task-set.ts';
import { partsOf, showService } from '../views/show-service.ts';

type Input = ActionInput<typeof CreateServiceCommand>;

/** Creates a service and its first task set or deployment; the loop starts its tasks. */
export const createService =
  (deps: EcsDeps): Action<typeof CreateServiceCommand> =>
  async (input, ctx) => {
    const { store, clock, bell } = deps;
    checkNewService(input);
    checkTags(input.tags);
    const cluster = await requireCluster(store, ctx, input.cluster);
    const existing = await findService(store, ctx, cluster.name, input.serviceName);
    if (existing && isRepeat(existing, input))
      return { service: showService(ctx, existing, await partsOf(store, ctx, existing), true) };
    checkStrategy(input.capacityProviderStrategy, cluster);
    const placement = await placementFor(deps, ctx, cluster, input);
    const service = newService(ctx, cluster.name, input, placement, clock.now().getTime());
    await checkShiftedTraffic(deps.targets, ctx, service, true);
    const made = await store.transaction(async (tx) => {
      // While all this was checked, its cluster may have been deleted, or another request may have made it.
      checkStrategy(input.capacityProviderStrategy, await requireCluster(tx, ctx, input.cluster));
      const taken = await findService(tx, ctx, cluster.name, input.serviceName);
      if (taken && isRepeat(taken, input)) return taken;
      await forgetDeployments(tx, ctx, service);
      await services(tx).put(ctx, serviceKey(service), service, { parent: cluster.name });
      return begin(tx, ctx, service);
    });
    bell.ring();
    return { service: showService(ctx, made, await partsOf(store, ctx, made), true) };
  };

/** Makes the first deployment, or the first task set, of a service. */
async function begin(tx: Transaction, scope: Scope, service: ServiceRecord): Promise<ServiceRecord> {
  if (service.controller === 'EXTERNAL') return service;
  if (service.controller === 'ECS') return beginDeployment(tx, scope, service, service.createdAt);
  const set = newTaskSet(scope, service, service, { status: 'PRIMARY', scale: 100, now: service.createdAt });
  await taskSets(tx).insert(scope, set.id, set, { parent: serviceKey(service) });
  return service;
}

/** @throws {InvalidParameterException} when the name is taken by another service */
function isRepeat(existing: ServiceRecord, input: Input): boolean {
  const { clientToken } = input;
  if (existing.status === 'INACTIVE') return false;
  if (existing.status === 'DRAINING') throw invalidParameter('Unable to Start a service that is still Draining.');
  const isSame = existing.requestDigest === undefined || existing.requestDigest === digestOf(input);
  if (clientToken !== undefined && existing.clientToken === clientToken && isSame) return true;
  throw invalidParameter('Creation of service was not idempotent.');
}

/** Where the tasks are to run, and what, looked up and checked; task sets bring it where the controller is EXTERNAL. */
async function placementFor(
  { store, targets, network }: EcsDeps,
  scope: Scope,
  cluster: ClusterRecord,
  input: Input,
): Promise<Placement> {
  if (input.deploymentController?.type === 'EXTERNAL') return { ...NOTHING, launchType: input.launchType };
  const { arn, definition } = await requireTaskDefinition(store, scope, input.taskDefinition ?? '');
  const given = input.capacityProviderStrategy?.length ? input.capacityProviderStrategy : undefined;
  const usual = input.launchType ? [] : cluster.defaultCapacityProviderStrategy;
  const strategy = given ?? (usual.length > 0 && input.schedulingStrategy !== 'DAEMON' ? [...usual] : undefined);
  const placement: Placement = {
    taskDefinition: arn,
    launchType: strategy ? input.launchType : (input.launchType ?? 'EC2'),
    capacityProviderStrategy: strategy,
    platformVersion: input.platformVersion,
    networkConfiguration: input.networkConfiguration,
    loadBalancers: input.loadBalancers ?? [],
    serviceRegistries: [],
  };
  await checkPlacement(network, scope, placement, definition);
  await checkLoadBalancers(targets, scope, input.loadBalancers, definition, true);
  return placement;
}

const NOTHING: Placement = { taskDefinition: '', loadBalancers: [], serviceRegistries: [] };

function newService(scope: Scope, cluster: string, input: Input, placement: Placement, now: number): ServiceRecord {
  const controller = input.deploymentController?.type ?? 'ECS';
  const schedulingStrategy = input.schedulingStrategy ?? 'REPLICA';
  const configuration = deploymentConfiguration(input.deploymentConfiguration, { controller, schedulingStrategy });
  return {
    ...placement,
    name: input.serviceName,
    cluster,
    arn: arns.service(scope, cluster, input.serviceName),
    status: 'ACTIVE',
    controller,
    // A daemon runs once on every container instance: this machine is the only one.
    desiredCount: schedulingStrategy === 'DAEMON' ? 1 : (input.desiredCount ?? 1),
    deploymentConfiguration: configuration,
    schedulingStrategy,
    healthCheckGracePeriodSeconds: input.healthCheckGracePeriodSeconds ?? 0,
    placementConstraints: input.placementConstraints ?? [],
    placementStrategy: input.placementStrategy ?? [],
    propagateTags: input.propagateTags ?? 'NONE',
    enableECSManagedTags: input.enableECSManagedTags ?? false,
    enableExecuteCommand: input.enableExecuteCommand ?? false,
    availabilityZoneRebalancing: zoneRebalancing(input.availabilityZoneRebalancing, controller, configuration),
    tags: input.tags ?? [],
    clientToken: input.clientToken,
    requestDigest: input.clientToken === undefined ? undefined : digestOf(input),
    createdBy: `arn:aws:iam::${scope.account}:root`,
    createdAt: now,
    events: [],
  };
}
