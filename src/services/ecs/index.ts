/**
 * Amazon ECS: clusters, task definitions, services, task sets, tasks.
 *
 * Not here yet: a change of a service's controller; blue/green, linear and canary strategies with Network Load
 * Balancers or more than one load balancer entry; capacity providers beside FARGATE and FARGATE_SPOT (tasks of both run
 * alike, on this machine); service discovery, Service Connect, VPC Lattice; secrets, registry credentials, EFS, FSx and
 * EBS volumes, GPUs, App Mesh, Windows (such tasks fail to start and say so); FireLens; exec; processors of another kind
 * (`cpuArchitecture` is kept, and the image runs on the one that is there); of task metadata: names and servers of DNS;
 * networks and rules of their own for the subnets and security groups that are named; account settings but
 * containerInsights do nothing; placement constraints and strategies are kept and do nothing; metrics of networks and
 * storage, of instances and of reservations. Limits of a task hold for its containers together only where Teal can make
 * control groups for the Docker Engine; elsewhere for each alone, and a warning says so. The credentials of a task role
 * are those of the account; no execution role is asked for to read environment files.
 *
 * The machine that runs the tasks is the one container instance of every cluster. It cannot be registered, deregistered
 * or drained, and has no health, attributes of users or events of its own; the filter of ListContainerInstances is not
 * served. On it, tasks of launch type EC2 take their fixed host ports, of all clusters, accounts and regions together; a
 * task that alone needs more CPU or memory than the machine has is not placed. What several need together is not held
 * against them: a small machine may rehearse the release of a large one.
 */
import type * as sdk from '@aws-sdk/client-ecs';
import type { Readings } from '../../kernel/readings.ts';
import type { AnyActions, Actions, Service } from '../../wire/types.ts';
import {
  deleteAccountSetting,
  listAccountSettings,
  putAccountSetting,
  putAccountSettingDefault,
} from './actions/account-settings.ts';
import {
  createCluster,
  deleteCluster,
  describeClusters,
  listClusters,
  updateCluster,
  updateClusterSettings,
} from './actions/clusters.ts';
import { describeCapacityProviders, putClusterCapacityProviders } from './actions/capacity-providers.ts';
import { createService } from './actions/create-service.ts';
import { describeContainerInstances, listContainerInstances } from './actions/container-instances.ts';
import { continueServiceDeployment } from './actions/continue-service-deployment.ts';
import { createTaskSet } from './actions/create-task-set.ts';
import { registerTaskDefinition } from './actions/register-task-definition.ts';
import { runTask } from './actions/run-task.ts';
import {
  describeServiceDeployments,
  describeServiceRevisions,
  listServiceDeployments,
} from './actions/service-deployments.ts';
import { deleteService, describeServices, listServices, listServicesByNamespace } from './actions/services.ts';
import { startTask } from './actions/start-task.ts';
import { stopServiceDeployment } from './actions/stop-service-deployment.ts';
import { listTagsForResource, tagResource, untagResource } from './actions/tags.ts';
import {
  deleteTaskDefinitions,
  deregisterTaskDefinition,
  describeTaskDefinition,
  listTaskDefinitionFamilies,
  listTaskDefinitions,
} from './actions/task-definitions.ts';
import { getTaskProtection, updateTaskProtection } from './actions/task-protection.ts';
import { deleteTaskSet, describeTaskSets, updateServicePrimaryTaskSet, updateTaskSet } from './actions/task-sets.ts';
import { describeTasks, listTasks, stopTask } from './actions/tasks.ts';
import { updateService } from './actions/update-service.ts';
import type { EcsDeps } from './deps.ts';
import { onInvalidInput } from './invalid-input.ts';
import { createLoop } from './loop/loop.ts';
import { createUsageWatch } from './metrics/usage-watch.ts';
import { answerTask, type TaskAnswer, type TaskQuestion } from './metadata/answer-task.ts';
import { followOutput } from './output/follow-output.ts';

export interface EcsService extends Service {
  /** Ends the loop and every task, their records kept: the next start brings as many back. */
  stopAllTasks(): Promise<void>;
  /** Of services and tasks, for Prometheus. */
  readonly readings: Readings;
  /** What a task asks about itself over HTTP; `undefined` for any other path. */
  answerTask(question: TaskQuestion): Promise<TaskAnswer | undefined>;
}

/** Amazon ECS on a runtime of this machine. */
export function ecs(deps: EcsDeps): EcsService {
  const loop = createLoop(deps);
  const usage = createUsageWatch(deps, deps.publish ?? (() => undefined));
  let output: ReturnType<typeof followOutput> | undefined;
  const closeOutput = async () => output?.close();
  return {
    name: 'ecs',
    actions: ecsActions(deps),
    onInvalidInput,
    readings: usage.readings,
    answerTask: (question) => answerTask(deps, question),
    async start() {
      await loop.start();
      output = followOutput(deps);
      if (deps.publish) usage.start();
    },
    async close() {
      await usage.close();
      await closeOutput();
      await loop.close();
    },
    async stopAllTasks() {
      await closeOutput();
      await loop.stopAllTasks();
    },
  };
}

export const ecsActions = (deps: EcsDeps) =>
  ({
    CreateCluster: createCluster(deps),
    DescribeClusters: describeClusters(deps),
    ListClusters: listClusters(deps),
    DeleteCluster: deleteCluster(deps),
    UpdateCluster: updateCluster(deps),
    UpdateClusterSettings: updateClusterSettings(deps),
    PutClusterCapacityProviders: putClusterCapacityProviders(deps),
    DescribeCapacityProviders: describeCapacityProviders(deps),
    RegisterTaskDefinition: registerTaskDefinition(deps),
    DescribeTaskDefinition: describeTaskDefinition(deps),
    ListTaskDefinitions: listTaskDefinitions(deps),
    ListTaskDefinitionFamilies: listTaskDefinitionFamilies(deps),
    DeregisterTaskDefinition: deregisterTaskDefinition(deps),
    DeleteTaskDefinitions: deleteTaskDefinitions(deps),
    CreateService: createService(deps),
    DescribeServices: describeServices(deps),
    ListServices: listServices(deps),
    ListServicesByNamespace: listServicesByNamespace(),
    UpdateService: updateService(deps),
    DeleteService: deleteService(deps),
    DescribeServiceDeployments: describeServiceDeployments(deps),
    DescribeServiceRevisions: describeServiceRevisions(deps),
    ListServiceDeployments: listServiceDeployments(deps),
    StopServiceDeployment: stopServiceDeployment(deps),
    ContinueServiceDeployment: continueServiceDeployment(deps),
    CreateTaskSet: createTaskSet(deps),
    DescribeTaskSets: describeTaskSets(deps),
    UpdateTaskSet: updateTaskSet(deps),
    DeleteTaskSet: deleteTaskSet(deps),
    UpdateServicePrimaryTaskSet: updateServicePrimaryTaskSet(deps),
    RunTask: runTask(deps),
    StartTask: startTask(deps),
    StopTask: stopTask(deps),
    DescribeTasks: describeTasks(deps),
    ListTasks: listTasks(deps),
    GetTaskProtection: getTaskProtection(deps),
    UpdateTaskProtection: updateTaskProtection(deps),
    TagResource: tagResource(deps),
    UntagResource: untagResource(deps),
    ListTagsForResource: listTagsForResource(deps),
    ListAccountSettings: listAccountSettings(deps),
    PutAccountSetting: putAccountSetting(deps),
    PutAccountSettingDefault: putAccountSettingDefault(deps),
    DeleteAccountSetting: deleteAccountSetting(deps),
    ListContainerInstances: listContainerInstances(deps),
    DescribeContainerInstances: describeContainerInstances(deps),
  }) satisfies AnyActions & Actions<typeof sdk>;
