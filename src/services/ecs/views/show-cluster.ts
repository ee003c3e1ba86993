import type { Cluster } from '@aws-sdk/client-ecs';
import type { Scope } from '../../../kernel/scope.ts';
import type { Transaction } from '../../../store/store.ts';
import { arns } from '../arns.ts';
import type { ClusterRecord } from '../records/cluster.ts';
import { services } from '../records/service.ts';
import { isPending, isRunning, tasks } from '../records/task.ts';
import { clusterStatistics } from './cluster-statistics.ts';

/** A cluster as DescribeClusters shows it; `include` decides what is filled in. */
export async function showCluster(
  tx: Transaction,
  scope: Scope,
  cluster: ClusterRecord,
  include: readonly string[] = [],
): Promise<Cluster> {
  const own = await tasks(tx).list(scope, cluster.name);
  const all = await services(tx).list(scope, cluster.name);
  const active = all.filter(({ status }) => status === 'ACTIVE');
  return {
    clusterArn: arns.cluster(scope, cluster.name),
    clusterName: cluster.name,
    status: cluster.status,
    registeredContainerInstancesCount: cluster.status === 'ACTIVE' ? 1 : 0,
    runningTasksCount: own.filter(isRunning).length,
    pendingTasksCount: own.filter(isPending).length,
    activeServicesCount: active.length,
    statistics: include.includes('STATISTICS') ? clusterStatistics(own, all) : [],
    tags: include.includes('TAGS') ? [...cluster.tags] : [],
    settings: include.includes('SETTINGS') ? [...cluster.settings] : [],
    ...(include.includes('CONFIGURATIONS') && { configuration: cluster.configuration }),
    capacityProviders: [...cluster.capacityProviders],
    defaultCapacityProviderStrategy: [...cluster.defaultCapacityProviderStrategy],
  };
}
