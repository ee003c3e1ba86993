import {
  ClusterContainsServicesException,
  ClusterContainsTasksException,
  type CreateClusterCommand,
  type DeleteClusterCommand,
  type DescribeClustersCommand,
  type ListClustersCommand,
  type UpdateClusterCommand,
  type UpdateClusterSettingsCommand,
} from '@aws-sdk/client-ecs';
import { fault } from '../../../wire/api-error.ts';
import type { Action, ActionInput } from '../../../wire/types.ts';
import { arns, nameFrom } from '../arns.ts';
import type { EcsDeps } from '../deps.ts';
import { checkCapacity } from '../checks/capacity-providers.ts';
import { withSettings } from '../checks/cluster-settings.ts';
import { checkTags } from '../checks/tags.ts';
import { clusterNotFound, invalidParameter, notServed } from '../faults.ts';
import {
  clusters,
  findCluster,
  newCluster,
  requireCluster,
  usualSettings,
  type ClusterRecord,
} from '../records/cluster.ts';
import { services } from '../records/service.ts';
import { tasks } from '../records/task.ts';
import { page } from '../paging.ts';
import { showCluster } from '../views/show-cluster.ts';

const ALL = ['SETTINGS', 'CONFIGURATIONS', 'TAGS'];
/** Names in one request. */
const MOST = 100;

export const createCluster =
  ({ store, clock }: EcsDeps): Action<typeof CreateClusterCommand> =>
  async (input, ctx) => {
    const name = input.clusterName || 'default';
    if (!/^[a-zA-Z0-9\-_]{1,255}$/.test(name))
      throw invalidParameter('ClusterName must match ^[a-zA-Z0-9\\-_]{1,255}$');
    checkTags(input.tags);
    refuseServiceConnect(input);
    const capacity = checkCapacity(ctx, input.capacityProviders ?? [], input.defaultCapacityProviderStrategy ?? []);
    const cluster = await store.transaction(async (tx) => {
      const existing = await clusters(tx).get(ctx, name);
      if (existing?.status === 'ACTIVE') return existing;
      const made = newCluster(name, {
        settings: withSettings(await usualSettings(tx, ctx), input.settings),
        ...(input.configuration && { configuration: input.configuration }),
        ...capacity,
        tags: input.tags ?? [],
        instanceRegisteredAt: clock.now().getTime(),
      });
      await clusters(tx).put(ctx, name, made);
      return made;
    });
    return { cluster: await showCluster(store, ctx, cluster, ALL) };
  };

export const describeClusters =
  ({ store }: EcsDeps): Action<typeof DescribeClustersCommand> =>
  async ({ clusters: given, include = [] }, ctx) => {
    if ((given ?? []).length > MOST) throw invalidParameter(`Clusters can have at most ${MOST} items.`);
    const names = (given?.length ? given : ['default']).map((one) => nameFrom(ctx, 'cluster', one));
    const found = await Promise.all(names.map((name) => findCluster(store, ctx, name)));
    const known = found.filter((cluster) => cluster !== undefined);
    return {
      clusters: await Promise.all(known.map((cluster) => showCluster(store, ctx, cluster, include))),
      failures: names
        .filter((_, index) => !found[index])
        .map((name) => ({ arn: arns.cluster(ctx, name), reason: 'MISSING' })),
    };
  };

export const listClusters =
  ({ store }: EcsDeps): Action<typeof ListClustersCommand> =>
  async (input, ctx) => {
    const active = (await clusters(store).list(ctx)).filter(({ status }) => status === 'ACTIVE');
    const { shown, nextToken } = page(active.map(({ name }) => arns.cluster(ctx, name)).sort(), input);
    return { clusterArns: shown, nextToken };
  };

export const deleteCluster =
  ({ store }: EcsDeps): Action<typeof DeleteClusterCommand> =>
  async (input, ctx) => {
    const cluster = await store.transaction(async (tx) => {
      const found = await findCluster(tx, ctx, input.cluster);
      if (!found) throw clusterNotFound();
      const own = await services(tx).list(ctx, found.name);
      if (own.some(({ status }) => status === 'ACTIVE'))
        throw fault(ClusterContainsServicesException, 'The Cluster cannot be deleted while Services are active.');
      const running = await tasks(tx).list(ctx, found.name);
      if (running.some(({ lastStatus }) => lastStatus !== 'STOPPED'))
        throw fault(ClusterContainsTasksException, 'The Cluster cannot be deleted while Tasks are active.');
      const deleted: ClusterRecord = { ...found, status: 'INACTIVE' };
      await clusters(tx).put(ctx, found.name, deleted);
      return deleted;
    });
    return { cluster: await showCluster(store, ctx, cluster, ALL) };
  };

export const updateCluster =
  ({ store }: EcsDeps): Action<typeof UpdateClusterCommand> =>
  async (input, ctx) => {
    const { name } = await requireCluster(store, ctx, input.cluster);
    refuseServiceConnect(input);
    const updated = await clusters(store).change(ctx, name, (cluster) => ({
      ...cluster,
      settings: withSettings(cluster.settings, input.settings),
      ...(input.configuration && { configuration: input.configuration }),
    }));
    return { cluster: updated && (await showCluster(store, ctx, updated, ALL)) };
  };

/** @throws {UnsupportedFeatureException} rather than to forget a namespace that was asked for */
function refuseServiceConnect({
  serviceConnectDefaults,
}: Pick<ActionInput<typeof CreateClusterCommand>, 'serviceConnectDefaults'>): void {
  if (serviceConnectDefaults?.namespace) throw notServed('Service Connect');
}

export const updateClusterSettings = (deps: EcsDeps): Action<typeof UpdateClusterSettingsCommand> =>
  updateCluster(deps);
