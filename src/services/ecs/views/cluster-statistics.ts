import type { KeyValuePair } from '@aws-sdk/client-ecs';
import { isFargate } from '../records/placement.ts';
import type { ServiceRecord } from '../records/service.ts';
import { isPending, isRunning, type TaskRecord } from '../records/task.ts';

/** Counts by launch type, as texts. Source: API reference, Cluster.statistics. */
export function clusterStatistics(tasks: readonly TaskRecord[], services: readonly ServiceRecord[]): KeyValuePair[] {
  const counted = (of: readonly boolean[]) => String(of.filter(Boolean).length);
  const both = <T>(before: string, after: string, of: readonly T[], onFargate: (one: T) => boolean): KeyValuePair[] => [
    { name: `${before}EC2${after}`, value: counted(of.map((one) => !onFargate(one))) },
    { name: `${before}Fargate${after}`, value: counted(of.map(onFargate)) },
  ];
  const isFargateTask = ({ launchType }: TaskRecord): boolean => launchType === 'FARGATE';
  const inStatus = (wanted: ServiceRecord['status']) => services.filter(({ status }) => status === wanted);
  return [
    ...both('running', 'TasksCount', tasks.filter(isRunning), isFargateTask),
    ...both('pending', 'TasksCount', tasks.filter(isPending), isFargateTask),
    ...both('active', 'ServiceCount', inStatus('ACTIVE'), isFargate),
    ...both('draining', 'ServiceCount', inStatus('DRAINING'), isFargate),
  ];
}
