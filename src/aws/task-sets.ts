import {
  CreateTaskSetCommand,
  DeleteTaskSetCommand,
  DescribeServicesCommand,
  type ECSClient,
  type Service,
  type TaskSet,
  UpdateServicePrimaryTaskSetCommand,
} from '@aws-sdk/client-ecs';
import type { AppSpec, Release } from '../engine/deployment.ts';
import { PortError, type ServiceView, type TaskSets } from '../engine/ports.ts';
import type { Scope } from '../kernel/scope.ts';
import type { AwsClients } from './clients.ts';
import { callPort } from './port-error.ts';
import { taskSetInput } from './task-set-input.ts';

/** The task sets of a service through ECS. Stability is read from DescribeServices, as the managed policy wants it. */
export function createTaskSets(clients: Pick<AwsClients, 'ecs'>): TaskSets {
  const ecs = (scope: Scope): ECSClient => clients.ecs(scope);
  return {
    describe: (scope, release) => callPort(async () => viewService(await findService(ecs(scope), release))),
    create: (scope, release, appSpec, targetGroupArn, deploymentId) =>
      callPort(() => createOnce(ecs(scope), release, appSpec, targetGroupArn, deploymentId)),
    makePrimary: (scope, release, primaryTaskSet) =>
      callPort(() => makePrimaryOnce(ecs(scope), release, primaryTaskSet)),
    remove: (scope, release, taskSet) => callPort(() => removeOnce(ecs(scope), release, taskSet)),
  };
}

const at = (release: Release) => ({ cluster: release.clusterName, service: release.serviceName });

async function findService(ecs: ECSClient, release: Release): Promise<Service> {
  const command = new DescribeServicesCommand({ cluster: release.clusterName, services: [release.serviceName] });
  const [service] = (await ecs.send(command)).services ?? [];
  if (service) return service;
  throw new PortError(
    'missing',
    `The ECS service ${release.serviceName} was not found in the cluster ${release.clusterName}.`,
  );
}

async function createOnce(
  ecs: ECSClient,
  release: Release,
  appSpec: AppSpec,
  targetGroupArn: string,
  deploymentId: string,
): Promise<string> {
  const service = await findService(ecs, release);
  const made = service.taskSets?.find((set) => set.externalId === deploymentId && set.status !== 'DRAINING');
  if (made?.taskSetArn !== undefined) return made.taskSetArn;
  const input = taskSetInput(service, appSpec, targetGroupArn, deploymentId);
  const { taskSet } = await ecs.send(new CreateTaskSetCommand({ ...at(release), ...input }));
  if (taskSet?.taskSetArn !== undefined) return taskSet.taskSetArn;
  throw new PortError('refused', 'CreateTaskSet answered without a task set');
}

async function makePrimaryOnce(ecs: ECSClient, release: Release, primaryTaskSet: string): Promise<void> {
  const { taskSets = [] } = await findService(ecs, release);
  if (taskSets.some((set) => set.taskSetArn === primaryTaskSet && set.status === 'PRIMARY')) return;
  await ecs.send(new UpdateServicePrimaryTaskSetCommand({ ...at(release), primaryTaskSet }));
}

/** A task set that is gone or draining is as removed as can be. */
async function removeOnce(ecs: ECSClient, release: Release, taskSet: string): Promise<void> {
  const service = await findService(ecs, release);
  const found = service.taskSets?.find((set) => set.taskSetArn === taskSet);
  if (!found || found.status === 'DRAINING') return;
  await ecs.send(new DeleteTaskSetCommand({ ...at(release), taskSet, force: true }));
}

const viewService = (service: Service): ServiceView => ({
  serviceArn: service.serviceArn ?? '',
  clusterArn: service.clusterArn ?? '',
  controller: service.deploymentController?.type ?? 'ECS',
  status: service.status ?? 'INACTIVE',
  desiredCount: service.desiredCount ?? 0,
  taskSets: (service.taskSets ?? []).map(viewTaskSet),
});

function viewTaskSet(set: TaskSet): ServiceView['taskSets'][number] {
  const targetGroupArn = set.loadBalancers?.[0]?.targetGroupArn ?? '';
  return {
    id: set.id ?? '',
    arn: set.taskSetArn ?? '',
    status: set.status === 'PRIMARY' || set.status === 'DRAINING' ? set.status : 'ACTIVE',
    desiredCount: set.computedDesiredCount ?? 0,
    pendingCount: set.pendingCount ?? 0,
    runningCount: set.runningCount ?? 0,
    trafficWeight: 0, // ECS does not know it: the engine fills it in from the listener
    targetGroupName: /targetgroup\/([^/]+)\//.exec(targetGroupArn)?.[1] ?? '',
    targetGroupArn,
    ...(set.externalId !== undefined && { externalId: set.externalId }),
    isSteady: set.stabilityStatus === 'STEADY_STATE',
    taskDefinition: set.taskDefinition ?? '',
  };
}
