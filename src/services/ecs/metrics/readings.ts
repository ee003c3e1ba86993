import { gauge, type Family, type Labels } from '../../../kernel/readings.ts';
import type { Store } from '../../../store/store.ts';
import type { TaskRecord } from '../records/task.ts';
import { usesOf } from './data.ts';
import { readClusters, type ClusterPicture } from './picture.ts';
import type { TaskUse } from './task-use.ts';

const MIB = 1024 * 1024;
const UNITS = 1024;

/** A service; `undefined` are the tasks of a cluster that belong to none. */
interface Group {
  readonly labels: Labels;
  readonly running: readonly TaskRecord[];
  readonly pending: number;
  readonly wanted?: Readonly<Record<'desired' | 'taskSets' | 'deployments', number>>;
}

/** Tells Prometheus of services and tasks now, and of what the tasks used in the last minute. */
export async function ecsReadings(store: Store, uses: ReadonlyMap<string, TaskUse>): Promise<Family[]> {
  const groups = (await readClusters(store)).flatMap(groupsOf);
  const wanted = groups.flatMap(({ labels, wanted: found }) => (found ? [{ labels, ...found }] : []));
  return [
    gauge(
      'teal_ecs_tasks',
      'Tasks that run or are on their way to it; those of no service have an empty name there.',
      groups.flatMap(({ labels, running, pending }) => [
        { labels: { ...labels, state: 'running' }, value: running.length },
        { labels: { ...labels, state: 'pending' }, value: pending },
      ]),
    ),
    gauge(
      'teal_ecs_desired_tasks',
      'Tasks that a service should have.',
      wanted.map(({ labels, desired }) => ({ labels, value: desired })),
    ),
    gauge(
      'teal_ecs_task_sets',
      'Task sets of a service.',
      wanted.map(({ labels, taskSets }) => ({ labels, value: taskSets })),
    ),
    gauge(
      'teal_ecs_deployments',
      'Deployments of a service that ECS itself controls.',
      wanted.map(({ labels, deployments }) => ({ labels, value: deployments })),
    ),
    ...useFamilies(groups, uses),
  ];
}

function useFamilies(groups: readonly Group[], uses: ReadonlyMap<string, TaskUse>): Family[] {
  const used = groups.map(({ labels, running }) => ({ labels, own: usesOf(running, uses) }));
  const family = (name: string, help: string, of: (own: readonly TaskUse[]) => number | undefined): Family =>
    gauge(
      name,
      help,
      used.flatMap(({ labels, own }) => {
        const value = own.length > 0 ? of(own) : undefined;
        return value === undefined ? [] : [{ labels, value }];
      }),
    );
  return [
    family('teal_ecs_cpu_used_processors', 'Processors that the tasks kept busy.', (own) =>
      own.reduce((sum, { cpuUnits }) => sum + cpuUnits / UNITS, 0),
    ),
    family('teal_ecs_memory_used_bytes', 'Memory that the tasks used.', (own) =>
      own.reduce((sum, { memoryMib }) => sum + memoryMib * MIB, 0),
    ),
    family('teal_ecs_cpu_utilization_ratio', 'CPUUtilization of AWS/ECS, mean of the tasks; 1 is all.', (own) =>
      mean(own.map(({ cpuUtilisation }) => cpuUtilisation / 100)),
    ),
    family('teal_ecs_memory_utilization_ratio', 'MemoryUtilization of AWS/ECS, mean of the tasks; 1 is all.', (own) =>
      mean(own.flatMap(({ memoryUtilisation }) => (memoryUtilisation === undefined ? [] : memoryUtilisation / 100))),
    ),
  ];
}

const mean = (values: readonly number[]): number | undefined =>
  values.length === 0 ? undefined : values.reduce((sum, one) => sum + one, 0) / values.length;

function groupsOf({ scope: { account, region }, cluster, services, running, pending }: ClusterPicture): Group[] {
  const labels = { account, region, cluster: cluster.name };
  const own = services.map((one): Group => ({
    labels: { ...labels, service: one.service.name },
    running: one.running,
    pending: one.pending,
    wanted: { desired: one.service.desiredCount, taskSets: one.taskSets, deployments: one.deployments },
  }));
  const names = new Set(services.map(({ service }) => service.name));
  const rest = running.filter(({ service }) => service === undefined || !names.has(service));
  const restPending = pending - own.reduce((sum, one) => sum + one.pending, 0);
  if (rest.length === 0 && restPending === 0) return own;
  return [...own, { labels: { ...labels, service: '' }, running: rest, pending: restPending }];
}
