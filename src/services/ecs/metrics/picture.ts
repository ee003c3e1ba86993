import type { Scope } from '../../../kernel/scope.ts';
import type { Store } from '../../../store/store.ts';
import { clusters, type ClusterRecord } from '../records/cluster.ts';
import { services, type ServiceRecord } from '../records/service.ts';
import { taskSets, type TaskSetRecord } from '../records/task-set.ts';
import { isPending, isRunning, tasks, type TaskRecord } from '../records/task.ts';

/** A cluster with what it runs now. */
export interface ClusterPicture {
  readonly scope: Scope;
  readonly cluster: ClusterRecord;
  readonly services: readonly ServicePicture[];
  /** Running ones, those that belong to no service included. */
  readonly running: readonly TaskRecord[];
  readonly pending: number;
}

export interface ServicePicture {
  readonly service: ServiceRecord;
  readonly running: readonly TaskRecord[];
  readonly pending: number;
  readonly taskSets: number;
  /** Of the ECS controller. */
  readonly deployments: number;
}

/** Reads every cluster in every scope at one moment. */
export function readClusters(store: Store): Promise<ClusterPicture[]> {
  return store.transaction(async (tx) => {
    const own = groupByCluster(await tasks(tx).everywhere());
    const sets = groupByCluster(await taskSets(tx).everywhere());
    const served = groupByCluster(await services(tx).everywhere());
    const active = (await clusters(tx).everywhere()).filter(({ record }) => record.status === 'ACTIVE');
    return active.map(({ scope, record: cluster }) => {
      const key = clusterKey(scope, cluster.name);
      const inCluster = own.get(key) ?? [];
      return {
        scope,
        cluster,
        services: (served.get(key) ?? [])
          .filter(({ status }) => status !== 'INACTIVE')
          .map((service) => servicePicture(service, inCluster, sets.get(key) ?? [])),
        running: inCluster.filter(isRunning),
        pending: inCluster.filter(isPending).length,
      };
    });
  });
}

function servicePicture(
  service: ServiceRecord,
  inCluster: readonly TaskRecord[],
  sets: readonly TaskSetRecord[],
): ServicePicture {
  const own = inCluster.filter((task) => task.service === service.name);
  const kinds = sets.filter((set) => set.service === service.name).map(({ kind }) => kind);
  return {
    service,
    running: own.filter(isRunning),
    pending: own.filter(isPending).length,
    taskSets: kinds.filter((kind) => kind === 'task-set').length,
    deployments: kinds.filter((kind) => kind === 'deployment').length,
  };
}

const clusterKey = ({ account, region }: Scope, cluster: string): string => `${account}/${region}/${cluster}`;

function groupByCluster<T extends { readonly cluster: string }>(
  kept: readonly { readonly scope: Scope; readonly record: T }[],
): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const { scope, record } of kept) {
    const key = clusterKey(scope, record.cluster);
    const own = found.get(key);
    if (own) own.push(record);
    else found.set(key, [record]);
  }
  return found;
}
