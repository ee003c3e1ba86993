import type { DeploymentConfiguration, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import type { Scope } from '../../../kernel/scope.ts';
import type { Transaction } from '../../../store/store.ts';
import type { Action, ActionInput } from '../../../wire/types.ts';
import { checkStrategy } from '../checks/capacity-providers.ts';
import { checkLoadBalancers, checkPlacement } from '../checks/placement.ts';
import { deploymentConfiguration } from '../checks/deployment-configuration.ts';
import { isSame, isSameNetwork, refuseUpdate } from '../checks/refuse-update.ts';
import { checkDesiredCount, checkFargatePlacement, checkServed } from '../checks/service-input.ts';
import { checkShiftedTraffic } from '../checks/shifted-traffic.ts';
import { zoneRebalancing } from '../checks/zone-rebalancing.ts';
import type { EcsDeps } from '../deps.ts';
import { beginDeployment } from '../deployments/begin-deployment.ts';
import { eventText, withEvents } from '../events.ts';
import { invalidParameter, notServed } from '../faults.ts';
import { requireCluster } from '../records/cluster.ts';
import { requireActiveService, serviceKey, services, type ServiceRecord } from '../records/service.ts';
import { requireTaskDefinition } from '../records/task-definition.ts';
import { computedDesiredCount, taskSets, taskSetsOf } from '../records/task-set.ts';
import { partsOf, showService } from '../views/show-service.ts';

type Input = ActionInput<typeof UpdateServiceCommand>;

/** Changes the wish; a changed placement of an ECS-controlled service is a new deployment. */
export const updateService =
  (deps: EcsDeps): Action<typeof UpdateServiceCommand> =>
  async (input, ctx) => {
    const { store, bell } = deps;
    let service: ServiceRecord | undefined;
    // Each time that it is not done, somebody else's change was.
    while (!service) service = await update(deps, ctx, input);
    bell.ring();
    return { service: showService(ctx, service, await partsOf(store, ctx, service), true) };
  };

/** @returns `undefined`, and nothing is done, when the service was changed while the request was checked against it */
async function update(deps: EcsDeps, scope: Scope, input: Input): Promise<ServiceRecord | undefined> {
  const { store, clock } = deps;
  const cluster = await requireCluster(store, scope, input.cluster);
  const before = await requireActiveService(store, scope, cluster, input.service);
  checkRequest(input, before);
  checkStrategy(input.capacityProviderStrategy, cluster);
  const wish = await wishOf(deps, scope, input, before);
  refuseUpdate(input, before, wish.taskDefinition);
  if (mayDeploy(input, before)) await checkShiftedTraffic(deps.targets, scope, { ...before, ...wish }, false);
  const now = clock.now().getTime();
  return store.transaction(async (tx) => {
    const current = await services(tx).get(scope, serviceKey(before));
    // Its events come from the loop, and nothing was checked against them.
    if (!current || !isSame({ ...current, events: [] }, { ...before, events: [] })) return undefined;
    checkStrategy(input.capacityProviderStrategy, await requireCluster(tx, scope, input.cluster));
    const updated = { ...current, ...wish };
    await services(tx).put(scope, serviceKey(before), updated);
    const deployed = needsDeployment(before, updated, input) ? await beginDeployment(tx, scope, updated, now) : updated;
    return before.desiredCount === updated.desiredCount ? deployed : rescale(tx, scope, deployed, now);
  });
}

function checkRequest(input: Input, service: ServiceRecord): void {
  const controller = input.deploymentController?.type;
  if (controller !== undefined && controller !== service.controller)
    throw notServed(`Changing the deployment controller from ${service.controller} to ${controller}`);
  checkDesiredCount(input.desiredCount);
  if ((input.healthCheckGracePeriodSeconds ?? 0) < 0)
    throw invalidParameter('healthCheckGracePeriodSeconds must be at least 0');
  checkServed(input);
  checkFargatePlacement({ ...input, launchType: service.launchType });
}

/** The members that the request gives, checked; those it leaves out keep their value. */
async function wishOf({ store, targets, network }: EcsDeps, scope: Scope, input: Input, service: ServiceRecord) {
  const definition =
    input.taskDefinition === undefined ? undefined : await requireTaskDefinition(store, scope, input.taskDefinition);
  const configuration =
    input.deploymentConfiguration &&
    deploymentConfiguration(input.deploymentConfiguration, service, service.deploymentConfiguration);
  const wish = {
    ...given('desiredCount', input.desiredCount),
    ...given('taskDefinition', definition?.arn),
    ...given('networkConfiguration', input.networkConfiguration),
    ...given('platformVersion', input.platformVersion),
    ...given('loadBalancers', input.loadBalancers),
    ...given('healthCheckGracePeriodSeconds', input.healthCheckGracePeriodSeconds),
    ...given('placementConstraints', input.placementConstraints),
    ...given('placementStrategy', input.placementStrategy),
    ...given('enableExecuteCommand', input.enableExecuteCommand),
    ...given('enableECSManagedTags', input.enableECSManagedTags),
    ...given('propagateTags', input.propagateTags),
    ...given('deploymentConfiguration', configuration),
    availabilityZoneRebalancing: rebalancing(input, service, configuration),
    ...capacityOf(input, service),
  };
  // Without a new deployment, another strategy is refused for that.
  const strategy = input.forceNewDeployment ? input.capacityProviderStrategy : undefined;
  if (
    service.controller === 'ECS' &&
    (definition ?? input.loadBalancers ?? input.networkConfiguration ?? input.platformVersion ?? strategy)
  ) {
    const next = { ...service, ...wish };
    const used = definition ?? (await requireTaskDefinition(store, scope, next.taskDefinition));
    await checkPlacement(network, scope, next, used.definition);
    await checkLoadBalancers(targets, scope, next.loadBalancers, used.definition, true);
  }
  return wish;
}

/** Stays as it is, unless it is asked for, or a new upper bound rules it out. */
function rebalancing(
  { availabilityZoneRebalancing }: Input,
  service: ServiceRecord,
  configuration: DeploymentConfiguration = service.deploymentConfiguration,
) {
  const asked = availabilityZoneRebalancing ?? service.availabilityZoneRebalancing;
  return zoneRebalancing(asked, service.controller, configuration);
}

/** A strategy takes the place of the launch type; an empty one gives way to it again. */
function capacityOf({ capacityProviderStrategy }: Input, service: ServiceRecord): Partial<ServiceRecord> {
  if (capacityProviderStrategy === undefined) return {};
  if (capacityProviderStrategy.length > 0) return { capacityProviderStrategy, launchType: undefined };
  return { capacityProviderStrategy: undefined, launchType: service.launchType ?? 'FARGATE' };
}

const given = <K extends string, V>(name: K, value: V | undefined): { [P in K]?: V } =>
  value === undefined ? {} : ({ [name]: value } as { [P in K]: V });

/** A request that only scales must work whatever has become of the load balancer. */
const mayDeploy = (input: Input, { controller }: ServiceRecord): boolean =>
  controller === 'ECS' &&
  (input.forceNewDeployment === true ||
    [input.deploymentConfiguration, input.loadBalancers, input.taskDefinition].some((given) => given !== undefined));

const needsDeployment = (before: ServiceRecord, after: ServiceRecord, { forceNewDeployment }: Input): boolean =>
  after.controller === 'ECS' && (forceNewDeployment === true || !isSamePlacement(before, after));

/** What the service shows of its defaults may be sent back. */
const isSamePlacement = (before: ServiceRecord, after: ServiceRecord): boolean =>
  before.taskDefinition === after.taskDefinition &&
  isSame(before.loadBalancers, after.loadBalancers) &&
  isSameNetwork(before.networkConfiguration, after.networkConfiguration) &&
  (before.platformVersion ?? 'LATEST') === (after.platformVersion ?? 'LATEST');

/** Every set has a new count to come to, so none is steady until the loop has seen it. */
async function rescale(tx: Transaction, scope: Scope, service: ServiceRecord, now: number): Promise<ServiceRecord> {
  const texts: string[] = [];
  for (const { id, kind, scale } of await taskSetsOf(tx, scope, service)) {
    await taskSets(tx).change(scope, id, (set) => ({
      ...set,
      stability: 'STABILIZING',
      stabilityAt: now,
      updatedAt: now,
    }));
    if (kind === 'task-set') texts.push(eventText.rescaled(service.name, id, computedDesiredCount(service, scale)));
  }
  const told = withEvents(service, texts, now);
  await services(tx).put(scope, serviceKey(service), told);
  return told;
}
