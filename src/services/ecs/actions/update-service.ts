import type { UpdateServiceCommand } from '@aws-sdk/client-ecs';
import { isDeepStrictEqual } from 'node:util';
import type { Scope } from '../../../kernel/scope.ts';
import type { Transaction } from '../../../store/store.ts';
import type { Action, ActionInput } from '../../../wire/types.ts';
import { checkLoadBalancers, checkPlacement } from '../checks/placement.ts';
import { deploymentConfiguration } from '../checks/deployment-configuration.ts';
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
    const { store, clock, bell } = deps;
    const cluster = await requireCluster(store, ctx, input.cluster);
    const before = await requireActiveService(store, ctx, cluster, input.service);
    checkServed(input, before);
    const wish = await wishOf(deps, ctx, input, before);
    if (before.controller === 'CODE_DEPLOY') refuseChanges(input, before, wish.taskDefinition);
    const now = clock.now().getTime();
    const service = await store.transaction(async (tx) => {
      const updated = await services(tx).change(ctx, serviceKey(before), (current) => ({ ...current, ...wish }));
      if (!updated) throw new Error(`service '${before.name}' vanished while it was updated`);
      const deployed = needsDeployment(before, updated, input) ? await beginDeployment(tx, ctx, updated, now) : updated;
      return before.desiredCount === updated.desiredCount ? deployed : rescale(tx, ctx, deployed, now);
    });
    bell.ring();
    return { service: showService(ctx, service, await partsOf(store, ctx, service), true) };
  };

function checkServed(input: Input, service: ServiceRecord): void {
  const controller = input.deploymentController?.type;
  if (controller !== undefined && controller !== service.controller)
    throw notServed(`Changing the deployment controller from ${service.controller} to ${controller}`);
  if ((input.desiredCount ?? 0) < 0) throw invalidParameter('desiredCount must be at least 0');
  if (input.serviceConnectConfiguration?.enabled) throw notServed('Service Connect');
  if (input.volumeConfigurations?.length) throw notServed('volumeConfigurations');
  if (input.vpcLatticeConfigurations?.length) throw notServed('vpcLatticeConfigurations');
  if (input.serviceRegistries?.length) throw notServed('Service discovery');
}

/** The members that the request gives, checked; those it leaves out keep their value. */
async function wishOf({ store, targets }: EcsDeps, scope: Scope, input: Input, service: ServiceRecord) {
  const definition =
    input.taskDefinition === undefined ? undefined : await requireTaskDefinition(store, scope, input.taskDefinition);
  const wish = {
    ...given('desiredCount', input.desiredCount),
    ...given('taskDefinition', definition?.arn),
    ...given('capacityProviderStrategy', input.capacityProviderStrategy),
    ...given('networkConfiguration', input.networkConfiguration),
    ...given('platformVersion', input.platformVersion),
    ...given('loadBalancers', input.loadBalancers),
    ...given('healthCheckGracePeriodSeconds', input.healthCheckGracePeriodSeconds),
    ...given('placementConstraints', input.placementConstraints),
    ...given('placementStrategy', input.placementStrategy),
    ...given('enableExecuteCommand', input.enableExecuteCommand),
    ...given('enableECSManagedTags', input.enableECSManagedTags),
    ...given('propagateTags', input.propagateTags),
    ...given('availabilityZoneRebalancing', input.availabilityZoneRebalancing),
    ...(input.deploymentConfiguration && {
      deploymentConfiguration: deploymentConfiguration(
        input.deploymentConfiguration,
        service,
        service.deploymentConfiguration,
      ),
    }),
    ...(input.capacityProviderStrategy?.length && { launchType: undefined }),
  };
  if (service.controller === 'ECS' && (definition ?? input.loadBalancers ?? input.networkConfiguration)) {
    const next = { ...service, ...wish };
    const used = definition ?? (await requireTaskDefinition(store, scope, next.taskDefinition));
    checkPlacement(next, used.definition);
    await checkLoadBalancers(targets, scope, next.loadBalancers, used.definition, true);
  }
  return wish;
}

const given = <K extends string, V>(name: K, value: V | undefined): { [P in K]?: V } =>
  value === undefined ? {} : ({ [name]: value } as { [P in K]: V });

/** A value equal to the current one is no change, since clients resend what they read. */
function refuseChanges(input: Input, service: ServiceRecord, taskDefinition: string | undefined): void {
  const use = 'on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment.';
  const differs = (name: 'networkConfiguration' | 'loadBalancers' | 'platformVersion'): boolean =>
    input[name] !== undefined && !isDeepStrictEqual(plain(input[name]), plain(service[name] ?? null));
  if (taskDefinition !== undefined && taskDefinition !== service.taskDefinition)
    throw invalidParameter(`Unable to update task definition ${use}`);
  if (differs('networkConfiguration')) throw invalidParameter(`Unable to update network parameters ${use}`);
  if (differs('loadBalancers')) throw invalidParameter(`Unable to update load balancers ${use}`);
  if (differs('platformVersion')) throw invalidParameter(`Unable to update platform version ${use}`);
  if (input.forceNewDeployment) throw invalidParameter(`Cannot force a new deployment ${use}`);
  if (input.capacityProviderStrategy?.length) throw invalidParameter(MUST_FORCE);
}

const MUST_FORCE =
  'When switching from launch type to capacity provider strategy on an existing service, or making a change to a capacity provider strategy on a service that is already using one, you must force a new deployment.';

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const DEPLOYED = ['taskDefinition', 'networkConfiguration', 'platformVersion', 'loadBalancers'] as const;

const needsDeployment = (before: ServiceRecord, after: ServiceRecord, { forceNewDeployment }: Input): boolean =>
  after.controller === 'ECS' &&
  (forceNewDeployment === true ||
    DEPLOYED.some((name) => !isDeepStrictEqual(plain(before[name] ?? null), plain(after[name] ?? null))));

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
