import type { MetricDatum } from '../../../kernel/metrics.ts';
import type { TaskRecord } from '../records/task.ts';
import type { ClusterPicture, ServicePicture } from './picture.ts';
import type { TaskUse } from './task-use.ts';

type Uses = ReadonlyMap<string, TaskUse>;
type Dimensions = MetricDatum['dimensions'];

/**
 * `AWS/ECS` of one cluster: a sample for every running task, so that their number is the number of tasks.
 * Source: platform spec 8.4; ECS Developer Guide, CloudWatch metrics.
 */
export const utilisationData = (
  { cluster, services, running }: ClusterPicture,
  uses: Uses,
  at: Date,
): MetricDatum[] => [
  ...utilisation(running, uses, { ClusterName: cluster.name }, at),
  ...services.flatMap((one) =>
    utilisation(one.running, uses, { ClusterName: cluster.name, ServiceName: one.service.name }, at),
  ),
];

function utilisation(running: readonly TaskRecord[], uses: Uses, dimensions: Dimensions, at: Date): MetricDatum[] {
  const own = usesOf(running, uses);
  const metric = (name: string, values: readonly number[]): MetricDatum[] =>
    values.length === 0
      ? []
      : [{ name, dimensions, unit: 'Percent', at, values: values.map((value) => [value, 1] as const) }];
  return [
    ...metric(
      'CPUUtilization',
      own.map((use) => use.cpuUtilisation),
    ),
    ...metric(
      'MemoryUtilization',
      own.flatMap((use) => use.memoryUtilisation ?? []),
    ),
  ];
}

/** Whether Container Insights watches it; `enhanced` is `enabled` and more. */
export const hasInsights = ({ cluster }: ClusterPicture): boolean =>
  cluster.settings.some(({ name, value }) => name === 'containerInsights' && value !== 'disabled');

/**
 * `ECS/ContainerInsights` of one cluster. Source: CloudWatch User Guide, Container Insights metrics of ECS: what is used
 * and reserved is added up over the tasks whose definition reserves any.
 */
export function insightsData({ cluster, services, running }: ClusterPicture, uses: Uses, at: Date): MetricDatum[] {
  const ClusterName = cluster.name;
  const families = new Map<string, TaskRecord[]>();
  for (const task of running) families.set(task.spec.family, [...(families.get(task.spec.family) ?? []), task]);
  return [
    count('TaskCount', running.length, { ClusterName }, at),
    count('ServiceCount', services.length, { ClusterName }, at),
    ...resources(running, uses, { ClusterName }, at),
    ...services.flatMap((one) => serviceInsights(one, uses, { ClusterName, ServiceName: one.service.name }, at)),
    ...[...families].flatMap(([TaskDefinitionFamily, own]) =>
      resources(own, uses, { ClusterName, TaskDefinitionFamily }, at),
    ),
  ];
}

const serviceInsights = (one: ServicePicture, uses: Uses, dimensions: Dimensions, at: Date): MetricDatum[] => [
  count('RunningTaskCount', one.running.length, dimensions, at),
  count('PendingTaskCount', one.pending, dimensions, at),
  count('DesiredTaskCount', one.service.desiredCount, dimensions, at),
  count('TaskSetCount', one.taskSets, dimensions, at),
  count('DeploymentCount', one.deployments, dimensions, at),
  ...resources(one.running, uses, dimensions, at),
];

const count = (name: string, value: number, dimensions: Dimensions, at: Date): MetricDatum => ({
  name,
  dimensions,
  unit: 'Count',
  at,
  values: [[value, 1]],
});

function resources(running: readonly TaskRecord[], uses: Uses, dimensions: Dimensions, at: Date): MetricDatum[] {
  const own = usesOf(running, uses);
  const pair = (kind: string, unit: string, of: readonly (readonly [used: number, reserved: number | undefined])[]) => {
    const defined = of.filter(([, reserved]) => reserved !== undefined);
    if (defined.length === 0) return [];
    const sum = (index: 0 | 1) => defined.reduce((total, one) => total + (one[index] ?? 0), 0);
    const metric = (name: string, value: number): MetricDatum => ({ name, dimensions, unit, at, values: [[value, 1]] });
    return [metric(`${kind}Utilized`, sum(0)), metric(`${kind}Reserved`, sum(1))];
  };
  return [
    ...pair(
      'Cpu',
      'None',
      own.map((use) => [use.cpuUnits, use.cpuReserved]),
    ),
    ...pair(
      'Memory',
      'Megabytes',
      own.map((use) => [use.memoryMib, use.memoryReserved]),
    ),
  ];
}

export const usesOf = (running: readonly TaskRecord[], uses: Uses): TaskUse[] =>
  running.flatMap(({ id }) => uses.get(id) ?? []);
