import type {
  DeleteServiceCommand,
  DescribeServicesCommand,
  ListServicesByNamespaceCommand,
  ListServicesCommand,
} from '@aws-sdk/client-ecs';
import type { Scope } from '../../../kernel/scope.ts';
import type { Transaction } from '../../../store/store.ts';
import type { Action } from '../../../wire/types.ts';
import { arns, nameInCluster } from '../arns.ts';
import type { EcsDeps } from '../deps.ts';
import { countsOfService } from '../deployments/counts.ts';
import { invalidParameter, serviceNotFound } from '../faults.ts';
import { endRuns } from '../native/deployment-runs.ts';
import { page } from '../paging.ts';
import { requireCluster } from '../records/cluster.ts';
import { currentDeployment, endedAs, hasEnded, serviceDeployments } from '../records/service-deployment.ts';
import { findService, serviceKey, services, type ServiceRecord } from '../records/service.ts';
import { taskSets, taskSetsOf } from '../records/task-set.ts';
import { partsOf, showService } from '../views/show-service.ts';

export const describeServices =
  ({ store }: EcsDeps): Action<typeof DescribeServicesCommand> =>
  async ({ services: given, cluster, include = [] }, ctx) => {
    if (given.length === 0) throw invalidParameter('Services cannot be empty.');
    if (given.length > 10) throw invalidParameter('Services can have at most 10 items.');
    const { name } = await requireCluster(store, ctx, cluster);
    const names = given.map((one) => nameInCluster(ctx, 'service', name, one));
    const found = await Promise.all(names.map((one) => findService(store, ctx, name, one)));
    const withTags = include.includes('TAGS');
    return {
      services: await Promise.all(
        found
          .filter((service) => service !== undefined)
          .map(async (service) => showService(ctx, service, await partsOf(store, ctx, service), withTags)),
      ),
      failures: names
        .filter((_, index) => !found[index])
        .map((one) => ({ arn: arns.service(ctx, name, one), reason: 'MISSING' })),
    };
  };

export const listServices =
  ({ store }: EcsDeps): Action<typeof ListServicesCommand> =>
  async ({ cluster, launchType, schedulingStrategy, resourceManagementType, ...paging }, ctx) => {
    const { name } = await requireCluster(store, ctx, cluster);
    const found = (await services(store).list(ctx, name))
      .filter(({ status }) => status !== 'INACTIVE')
      .filter((service) => launchType === undefined || service.launchType === launchType)
      .filter(() => resourceManagementType === undefined || resourceManagementType === 'CUSTOMER')
      .filter((service) => schedulingStrategy === undefined || service.schedulingStrategy === schedulingStrategy);
    const { shown, nextToken } = page(found.map(({ arn }) => arn).sort(), paging, { usual: 10 });
    return { serviceArns: shown, nextToken };
  };

/** Services come into a namespace with Service Connect, which is not served, so none is in any. */
export const listServicesByNamespace =
  (): Action<typeof ListServicesByNamespaceCommand> =>
  ({ namespace, nextToken, maxResults }) => {
    if (namespace === '') throw invalidParameter('namespace cannot be empty.');
    return { serviceArns: page([], { nextToken, maxResults }, { usual: 10 }).shown };
  };

/** The service drains: its tasks leave the load balancer, stop, and then it is INACTIVE. */
export const deleteService =
  ({ store, clock, bell }: EcsDeps): Action<typeof DeleteServiceCommand> =>
  async ({ service: given, cluster, force }, ctx) => {
    const { name } = await requireCluster(store, ctx, cluster);
    const now = clock.now().getTime();
    const found = await store.transaction(async (tx) => {
      const service = await findService(tx, ctx, name, given);
      if (!service || service.status === 'INACTIVE') throw serviceNotFound();
      const sets = await taskSetsOf(tx, ctx, service);
      const isScaled = service.desiredCount > 0 && sets.some(({ scale }) => scale > 0);
      const mayRun = force || service.schedulingStrategy === 'DAEMON';
      if (!mayRun && service.status === 'ACTIVE' && isScaled)
        throw invalidParameter('The service cannot be stopped while it is scaled above 0.');
      await services(tx).put(ctx, serviceKey(service), { ...service, status: 'DRAINING', desiredCount: 0 });
      await endDeployment(tx, ctx, service, now);
      for (const set of sets)
        await taskSets(tx).put(ctx, set.id, {
          ...set,
          scale: 0,
          status: set.kind === 'task-set' ? 'DRAINING' : set.status,
          stability: 'STABILIZING',
          updatedAt: now,
        });
      return service;
    });
    bell.ring();
    const service = (await findService(store, ctx, name, given)) ?? found;
    return { service: showService(ctx, service, await partsOf(store, ctx, service), true) };
  };

async function endDeployment(tx: Transaction, scope: Scope, service: ServiceRecord, now: number): Promise<void> {
  const running = await currentDeployment(tx, scope, service);
  if (!running || hasEnded(running)) return;
  await endRuns(tx, scope, service);
  const finalCounts = await countsOfService(tx, scope, service);
  const stopped = endedAs(running, 'STOPPED', now, 'The service was deleted.');
  await serviceDeployments(tx).put(scope, running.id, { ...stopped, finalCounts });
}
