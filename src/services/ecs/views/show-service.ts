import type { Deployment, Service, TaskSet } from '@aws-sdk/client-ecs';
import type { Scope } from '../../../kernel/scope.ts';
import type { Transaction } from '../../../store/store.ts';
import { arns } from '../arns.ts';
import { countsByRevision, requestedOf } from '../deployments/counts.ts';
import { isFargate } from '../records/placement.ts';
import type { ServiceRecord } from '../records/service.ts';
import { computedDesiredCount, taskSetsOf, type TaskSetRecord } from '../records/task-set.ts';
import { isPending, isRunning, tasks, type TaskRecord } from '../records/task.ts';
import { showPlacement } from './show-placement.ts';

export interface ServiceParts {
  readonly sets: readonly TaskSetRecord[];
  /** Of the service. */
  readonly tasks: readonly TaskRecord[];
}

/** Reads what a service is made of. */
export async function partsOf(tx: Transaction, scope: Scope, service: ServiceRecord): Promise<ServiceParts> {
  const all = await tasks(tx).list(scope, service.cluster);
  return {
    sets: await taskSetsOf(tx, scope, service),
    tasks: all.filter((task) => task.service === service.name),
  };
}

/** A service as DescribeServices shows it; the lists that AWS always sends are always there. */
export function showService(scope: Scope, service: ServiceRecord, parts: ServiceParts, withTags = false): Service {
  const isFirst = ({ status }: TaskSetRecord): number => (status === 'PRIMARY' && service.controller === 'ECS' ? 1 : 0);
  const sets = [...parts.sets].sort((a, b) => isFirst(b) - isFirst(a) || b.createdAt - a.createdAt);
  const runsOnFargate = isFargate(service);
  const hasRole = service.loadBalancers.length > 0 || service.networkConfiguration !== undefined;
  return {
    serviceArn: service.arn,
    serviceName: service.name,
    clusterArn: arns.cluster(scope, service.cluster),
    loadBalancers: service.loadBalancers,
    serviceRegistries: service.serviceRegistries,
    status: service.status,
    desiredCount: service.desiredCount,
    runningCount: parts.tasks.filter(isRunning).length,
    pendingCount: parts.tasks.filter(isPending).length,
    launchType: service.launchType,
    capacityProviderStrategy: service.capacityProviderStrategy,
    platformVersion: runsOnFargate ? (service.platformVersion ?? 'LATEST') : undefined,
    platformFamily: runsOnFargate ? 'Linux' : undefined,
    taskDefinition: service.taskDefinition || undefined,
    deploymentConfiguration: service.deploymentConfiguration,
    ...(service.controller !== 'ECS'
      ? { taskSets: sets.map((set) => showTaskSet(scope, service, set, parts, withTags)), deployments: [] }
      : { deployments: sets.map((set) => showDeployment(service, set, parts)) }),
    ...showCurrent(scope, service, parts),
    roleArn: hasRole ? arns.serviceRole(scope) : undefined,
    events: service.events.map(({ id, at, message }) => ({ id, createdAt: new Date(at), message })),
    createdAt: new Date(service.createdAt),
    createdBy: service.createdBy,
    placementConstraints: service.placementConstraints,
    placementStrategy: service.placementStrategy,
    networkConfiguration: service.networkConfiguration,
    healthCheckGracePeriodSeconds: service.healthCheckGracePeriodSeconds,
    schedulingStrategy: service.schedulingStrategy,
    deploymentController: { type: service.controller },
    enableECSManagedTags: service.enableECSManagedTags,
    propagateTags: service.propagateTags,
    enableExecuteCommand: service.enableExecuteCommand,
    availabilityZoneRebalancing: service.availabilityZoneRebalancing,
    resourceManagementType: 'CUSTOMER',
    ...(withTags && { tags: service.tags }),
  };
}

/** What an ECS-controlled service runs: the newest deployment, and every revision that has tasks or is to have some. */
function showCurrent(scope: Scope, service: ServiceRecord, { sets, tasks }: ServiceParts) {
  const { cluster, name, currentDeployment } = service;
  if (service.controller !== 'ECS' || currentDeployment === undefined) return {};
  const counts = countsByRevision(service, sets, tasks);
  return {
    currentServiceDeployment: arns.serviceDeployment(scope, cluster, name, currentDeployment),
    currentServiceRevisions: Object.entries(counts).map(([revision, { requested, running, pending }]) => ({
      arn: arns.serviceRevision(scope, cluster, name, revision),
      requestedTaskCount: requested,
      runningTaskCount: running,
      pendingTaskCount: pending,
    })),
  };
}

const countsOf = (set: TaskSetRecord, { tasks }: ServiceParts) => {
  const own = tasks.filter(({ setId }) => setId === set.id);
  return { pendingCount: own.filter(isPending).length, runningCount: own.filter(isRunning).length };
};

/** A task set as DescribeTaskSets shows it. */
export function showTaskSet(
  scope: Scope,
  service: ServiceRecord,
  set: TaskSetRecord,
  parts: ServiceParts,
  withTags = true,
): TaskSet {
  const wanted = computedDesiredCount(service, set.scale);
  const counts = countsOf(set, parts);
  // A count that changed since the scheduler last looked is not steady, whatever is recorded.
  const isSteady = set.stability === 'STEADY_STATE' && (set.status === 'DRAINING' || counts.runningCount === wanted);
  return {
    id: set.id,
    taskSetArn: set.arn,
    serviceArn: service.arn,
    clusterArn: arns.cluster(scope, set.cluster),
    startedBy: set.startedBy,
    externalId: set.externalId,
    status: set.status,
    computedDesiredCount: wanted,
    ...counts,
    createdAt: new Date(set.createdAt),
    updatedAt: new Date(set.updatedAt),
    ...showPlacement(set),
    loadBalancers: set.loadBalancers,
    serviceRegistries: set.serviceRegistries,
    scale: { value: set.scale, unit: 'PERCENT' },
    stabilityStatus: isSteady ? 'STEADY_STATE' : 'STABILIZING',
    stabilityStatusAt: new Date(set.stabilityAt),
    tags: withTags ? set.tags : [],
  };
}

/** A deployment of the ECS controller, as DescribeServices shows it. */
function showDeployment(service: ServiceRecord, set: TaskSetRecord, parts: ServiceParts): Deployment {
  const counts = countsOf(set, parts);
  const state = set.rolloutState ?? 'COMPLETED';
  return {
    id: set.id,
    status: set.status,
    desiredCount: requestedOf(service, set) ?? counts.runningCount + counts.pendingCount,
    ...counts,
    failedTasks: set.failedTasks,
    createdAt: new Date(set.createdAt),
    updatedAt: new Date(set.updatedAt),
    ...showPlacement(set),
    rolloutState: state,
    rolloutStateReason:
      set.rolloutReason ?? `ECS deployment ${set.id} ${state === 'COMPLETED' ? 'completed' : 'in progress'}.`,
  };
}
