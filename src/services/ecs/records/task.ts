import type { LaunchType, NetworkConfiguration, Tag, TaskOverride, TaskStopCode } from '@aws-sdk/client-ecs';
import type { ContainerObservation, TaskSpec } from '../../../drivers/runtimes/runtime.ts';
import type { Records, Transaction } from '../../../store/store.ts';
import type { TaskSubnet } from './task-subnet.ts';
import type { TaskOutput } from './task-output.ts';

export type TaskStatus =
  'PROVISIONING' | 'PENDING' | 'RUNNING' | 'DEACTIVATING' | 'STOPPING' | 'DEPROVISIONING' | 'STOPPED';

/** One registration of a task with a target group; it is recorded before the load balancer is told. */
export interface TaskTarget {
  readonly targetGroupArn: string;
  readonly id: string;
  readonly port: number;
  readonly state: 'registering' | 'registered' | 'draining' | 'drained';
}

/** A port of a container that must be registered with a target group. */
export interface TaskBinding {
  readonly targetGroupArn: string;
  readonly targetType: string;
  /** What targets of type `instance` are registered as. */
  readonly instanceId: string;
  readonly containerName: string;
  readonly containerPort: number;
}

/** ARNs of objects, in the order they are read. */
export interface EnvironmentFiles {
  readonly container: string;
  readonly files: readonly string[];
}

/** Kept under its 32 digits, below its cluster. */
export interface TaskRecord {
  readonly id: string;
  readonly arn: string;
  readonly cluster: string;
  /** Of the set that keeps it: `ecs-svc/…`; absent for tasks of RunTask. */
  readonly setId?: string | undefined;
  readonly service?: string | undefined;
  readonly taskDefinition: string;
  /** What the runtime is told, frozen when the task was made. */
  readonly spec: TaskSpec;
  /** Of containers whose lines go to log streams. */
  readonly outputs?: readonly TaskOutput[] | undefined;
  /** Still to be read, before its containers can start; what they said is in `spec` afterwards. */
  readonly environmentFiles?: readonly EnvironmentFiles[] | undefined;
  /** Why Teal cannot run it, in ECS's form; it then fails to start. */
  readonly unserved?: string | undefined;
  /** Of the role whose credentials its containers get. */
  readonly roleArn?: string | undefined;
  readonly launchType: LaunchType;
  /** Absent where a launch type was asked for. */
  readonly capacityProviderName?: string | undefined;
  readonly platformVersion?: string | undefined;
  readonly networkConfiguration?: NetworkConfiguration | undefined;
  /** The one of `networkConfiguration` that it is in. */
  readonly subnet?: TaskSubnet | undefined;
  readonly cpu: string;
  readonly memory: string;
  /** GiB; absent where the definition does not say, and on instances. */
  readonly ephemeralStorage?: number | undefined;
  readonly group: string;
  readonly startedBy?: string | undefined;
  readonly overrides: TaskOverride;
  readonly enableExecuteCommand: boolean;
  readonly tags: Tag[];
  /** Real milliseconds between SIGTERM and SIGKILL. */
  readonly stopTimeout: number;
  readonly bindings: readonly TaskBinding[];
  readonly targets: readonly TaskTarget[];
  readonly desiredStatus: 'RUNNING' | 'STOPPED';
  readonly lastStatus: TaskStatus;
  /** A uuid for each container, by name. */
  readonly containerIds: Readonly<Record<string, string>>;
  readonly attachmentId: string;
  readonly containers: readonly ContainerObservation[];
  /** What containers last had of the network, by name; kept when they have ended. */
  readonly network?: Readonly<Record<string, Pick<ContainerObservation, 'endpoints' | 'network'>>> | undefined;
  readonly stopCode?: TaskStopCode | undefined;
  readonly stoppedReason?: string | undefined;
  /** A check has condemned it; its service replaces it. */
  readonly failing?: { readonly reason: string } | undefined;
  /** Until then, in epoch milliseconds, its service does not scale it in. */
  readonly protectedUntil?: number | undefined;
  /** It is protected while its set is removed: it goes on without traffic. */
  readonly isWithdrawn?: boolean | undefined;
  /** When its service first counted it as healthy. */
  readonly healthyAt?: number | undefined;
  readonly version: number;
  readonly createdAt: number;
  /** When it began to be made ready, and its images were there. */
  readonly pullStartedAt?: number | undefined;
  readonly pullStoppedAt?: number | undefined;
  readonly startedAt?: number | undefined;
  readonly stoppingAt?: number | undefined;
  readonly executionStoppedAt?: number | undefined;
  readonly stoppedAt?: number | undefined;
  readonly clientToken?: string | undefined;
  /** Of the request with the client token. */
  readonly requestDigest?: string | undefined;
}

export const tasks = (tx: Transaction): Records<TaskRecord> => tx.records('ecs_tasks');

/** Whether a set counts it: it runs, or is on its way there. */
export const isWanted = ({ desiredStatus }: TaskRecord): boolean => desiredStatus === 'RUNNING';

export const isProtected = ({ protectedUntil }: TaskRecord, now: number): boolean => (protectedUntil ?? 0) > now;

export const isRunning = (task: TaskRecord): boolean => isWanted(task) && task.lastStatus === 'RUNNING';

export const isPending = (task: TaskRecord): boolean => isWanted(task) && task.lastStatus !== 'RUNNING';

/**
 * What the health checks of its essential containers say together. Source: ECS developer guide, container health.
 */
export function healthOfTask({ spec, containers }: Pick<TaskRecord, 'spec' | 'containers'>) {
  const seen = spec.containers
    .filter(({ essential, healthCheck }) => essential && healthCheck)
    .map(({ name }) => containers.find((container) => container.name === name)?.health);
  if (seen.includes('UNHEALTHY')) return 'UNHEALTHY';
  return seen.length > 0 && seen.every((health) => health === 'HEALTHY') ? 'HEALTHY' : 'UNKNOWN';
}
