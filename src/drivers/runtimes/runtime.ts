import type { Scope } from '../../kernel/scope.ts';
import type { Millis } from '../../kernel/span.ts';

/** One container of a task, as the runtime must run it. */
export interface ContainerSpec {
  readonly name: string;
  readonly image: string;
  /** Absent means the image's own. */
  readonly entryPoint?: readonly string[];
  readonly command?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly portMappings: readonly PortMapping[];
  readonly essential: boolean;
  readonly workingDirectory?: string;
  readonly user?: string;
  /** CPU units, 1024 to a virtual CPU; 0 means none said. */
  readonly cpu: number;
  /** Hard limit in MiB. */
  readonly memory?: number;
  /** Soft limit in MiB. */
  readonly memoryReservation?: number;
  readonly readonlyRootFilesystem?: boolean;
  /** What other containers must have come to before this one starts. */
  readonly dependsOn?: readonly Dependency[];
  /** How long others wait for this one to come to what they need, from its own start on. */
  readonly startTimeout?: Millis;
  /** Between SIGTERM and SIGKILL; the task's grace unless given, and never longer. */
  readonly stopTimeout?: Millis;
  readonly healthCheck?: HealthCheckSpec;
  /** Starts it again when it ends by itself. */
  readonly restart?: RestartSpec;
  readonly mounts?: readonly Mount[];
  readonly volumesFrom?: readonly { readonly container: string; readonly readOnly: boolean }[];
  /** `CONTAINER` or `CONTAINER:ALIAS`. */
  readonly links?: readonly string[];
  readonly hostname?: string;
  readonly dnsServers?: readonly string[];
  readonly dnsSearchDomains?: readonly string[];
  /** `NAME:ADDRESS`. */
  readonly extraHosts?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly sysctls?: Readonly<Record<string, string>>;
  readonly ulimits?: readonly UlimitSpec[];
  readonly privileged?: boolean;
  readonly interactive?: boolean;
  readonly pseudoTerminal?: boolean;
  readonly securityOptions?: readonly string[];
  readonly disableNetworking?: boolean;
  readonly linux?: LinuxSpec;
  /** Absent, and for `awslogs`: the runtime keeps the lines for `readOutput`. */
  readonly log?: { readonly driver: string; readonly options: Readonly<Record<string, string>> };
}

export interface UlimitSpec {
  readonly name: string;
  readonly soft: number;
  readonly hard: number;
  /** Nobody has asked for it: a machine that cannot give it runs the container with its own. */
  readonly isWish?: boolean;
}

export interface Dependency {
  readonly container: string;
  readonly condition: 'START' | 'COMPLETE' | 'SUCCESS' | 'HEALTHY';
}

/** Spans are real: the time scale has been applied. */
export interface HealthCheckSpec {
  /** `CMD` and arguments, or `CMD-SHELL` and a line. */
  readonly command: readonly string[];
  readonly interval: Millis;
  readonly timeout: Millis;
  readonly retries: number;
  /** Failures are not counted for so long after the start. */
  readonly startPeriod: Millis;
}

export interface RestartSpec {
  readonly ignoredExitCodes: readonly number[];
  /** A container that ran shorter is not started again. */
  readonly attemptPeriod: Millis;
}

export interface Mount {
  readonly volume: string;
  readonly path: string;
  readonly readOnly: boolean;
}

/** Sizes in MiB. */
export interface LinuxSpec {
  readonly init?: boolean;
  readonly addedCapabilities?: readonly string[];
  readonly droppedCapabilities?: readonly string[];
  readonly devices?: readonly { readonly host: string; readonly container: string; readonly permissions: string }[];
  readonly sharedMemory?: number;
  readonly maxSwap?: number;
  readonly swappiness?: number;
  readonly tmpfs?: readonly { readonly path: string; readonly size: number; readonly options: readonly string[] }[];
}

export type VolumeSpec =
  /** Lives and ends with the task. */
  | { readonly kind: 'task'; readonly name: string }
  | { readonly kind: 'host'; readonly name: string; readonly path: string }
  | {
      readonly kind: 'docker';
      readonly name: string;
      /** A shared one outlives the task; it must exist unless it is provisioned. */
      readonly isShared: boolean;
      readonly isProvisioned: boolean;
      readonly driver: string;
      readonly options: Readonly<Record<string, string>>;
      readonly labels: Readonly<Record<string, string>>;
    };

export interface PortMapping {
  readonly containerPort: number;
  /** Absent or 0: the runtime picks one where the network mode needs one. */
  readonly hostPort?: number;
  readonly protocol: 'tcp' | 'udp';
}

/** A task to run. The id makes starting safe to repeat. */
export interface TaskSpec extends Scope {
  /** 32 hexadecimal digits. */
  readonly taskId: string;
  readonly clusterName: string;
  readonly taskArn: string;
  readonly family: string;
  readonly revision: number;
  readonly networkMode: 'awsvpc' | 'bridge' | 'host' | 'none';
  readonly containers: readonly ContainerSpec[];
  readonly volumes?: readonly VolumeSpec[];
  readonly pidMode?: 'host' | 'task';
  readonly ipcMode?: 'host' | 'task' | 'none';
  /** CPU units that the containers of the task have together; each of them alone where the runtime says so. */
  readonly cpu?: number;
  /** MiB, likewise. */
  readonly memory?: number;
  /** What Teal's API answers about the task, as paths there. */
  readonly paths?: {
    /** Of the task metadata endpoint, by container name. */
    readonly metadata: Readonly<Record<string, string>>;
    /** Of the task role's credentials. */
    readonly credentials?: string;
  };
}

export type TaskState = 'starting' | 'running' | 'stopping' | 'stopped';

export interface ContainerObservation {
  readonly name: string;
  readonly state: 'pending' | 'running' | 'stopped';
  /** Docker's container id, or the pid. */
  readonly runtimeId?: string;
  readonly exitCode?: number;
  /** In ECS's words, such as `OutOfMemoryError: Container killed due to memory usage`. */
  readonly reason?: string;
  /** Where each mapped port answers, seen from Teal and its balancer. */
  readonly endpoints: readonly Endpoint[];
  /** What its health check says while it runs; absent without one. */
  readonly health?: 'HEALTHY' | 'UNHEALTHY' | 'UNKNOWN';
  /** Epoch milliseconds, of the last start. */
  readonly startedAt?: number;
  readonly finishedAt?: number;
  /** `sha256:…`, as its registry names it. */
  readonly imageDigest?: string;
  /** `sha256:…`, as this machine names it. */
  readonly imageId?: string;
  /** Its interface on the network of its task, while it runs, where the runtime knows. */
  readonly network?: ContainerNetwork;
}

export interface ContainerNetwork {
  readonly address: string;
  /** In bits, of the subnet that the address is in. */
  readonly prefixLength?: number;
  readonly macAddress?: string;
  readonly gateway?: string;
}

export interface Endpoint {
  readonly containerPort: number;
  readonly host: string;
  readonly port: number;
  readonly protocol: 'tcp' | 'udp';
}

export interface TaskObservation {
  readonly taskId: string;
  readonly state: TaskState;
  readonly containers: readonly ContainerObservation[];
  /** Why it never ran, with ECS's error name first: `CannotStartContainerError: …`. */
  readonly startFailure?: string;
  /** When its images were asked for, and there; epoch milliseconds, where the runtime knows. */
  readonly pullStartedAt?: number;
  readonly pullStoppedAt?: number;
  /** Epoch milliseconds. */
  readonly startedAt?: number;
  readonly stoppedAt?: number;
}

/** A line that a container printed. */
export interface OutputLine {
  readonly message: string;
  /** When it was printed, in epoch milliseconds, where the runtime knows. */
  readonly at?: number;
}

export interface Output {
  readonly lines: readonly OutputLine[];
  /** Where to read on; the runtime's own words. `undefined` is the beginning. */
  readonly next: string | undefined;
  /** Whether this is all there is now. */
  readonly isAll: boolean;
}

/** What the containers of a running task have used. */
export interface TaskUsage {
  readonly taskId: string;
  readonly containers: readonly ContainerUsage[];
}

export interface ContainerUsage {
  readonly name: string;
  /** When it was measured, in epoch milliseconds of the machine that runs it. */
  readonly at: number;
  /** Processor time since it started, in nanoseconds, over all processors; only grows. */
  readonly cpuNanos: number;
  /** Now, without what the kernel can take back from the page cache. */
  readonly memoryBytes: number;
}

export interface RuntimeUsage {
  /** Those with a running container. */
  readonly tasks: readonly TaskUsage[];
  /** Of the machine that runs them. */
  readonly processors: number;
}

/** What runs the tasks, as it was when the runtime was opened. */
export interface Machine {
  readonly processors: number;
  /** Whole MiB. */
  readonly memory: number;
  /** As ECS names it where it has a name for it: `x86_64` or `arm64`. */
  readonly architecture: string;
  /** `linux`, or what Node calls the system of this machine. */
  readonly os: string;
  /** Of the Docker Engine, where there is one. */
  readonly dockerVersion?: string;
}

/**
 * Runs tasks. Everything is keyed by task id, and everything may be repeated: performing twice equals performing once.
 * What a runtime starts outlives a crash of Teal and is found again by `open`.
 */
export interface Runtime {
  readonly name: RuntimeName;
  readonly machine: Machine;
  /** Starts the task, or does nothing when it was started before. Failures to start show in `observe`, not here. */
  start(task: TaskSpec): Promise<void>;
  /**
   * Asks the task to end: SIGTERM to every container once those that depend on it have ended, SIGKILL after its own
   * stop timeout, at most the grace (real time). Answers at once; `observe` tells when it has ended. Unknown or ended
   * tasks are no error.
   */
  stop(taskId: string, grace: Millis): Promise<void>;
  /** Forgets an ended task and frees what it held; kills it first when it still runs. */
  remove(taskId: string): Promise<void>;
  /** Every task this runtime still holds in this data folder, strays of earlier lives included. */
  observe(): Promise<readonly TaskObservation[]>;
  /**
   * What a container printed from a place on, oldest first; a line without its end waits until the container has ended.
   * The runtime keeps the last 10 MB or more of each container, across a crash of Teal too, until `remove`. Unknown
   * tasks have printed nothing.
   */
  readOutput(taskId: string, container: string, from: string | undefined): Promise<Output>;
  /** What running tasks use now; those that end meanwhile are left out. */
  usage(): Promise<RuntimeUsage>;
  /** What a running container uses, as the Docker Engine says it; `undefined` where nothing is known. */
  stats(taskId: string, container: string): Promise<unknown>;
  /** Refuses what it cannot run, before anything is started: a sentence for the user, or `undefined`. */
  refuse(task: TaskSpec): string | undefined;
  /** Leaves tasks running; ends only the runtime's own listening. */
  close(): Promise<void>;
}

export type RuntimeName = 'docker' | 'process';

export interface RuntimeOptions {
  /** Own folder for what the runtime must remember across a crash. */
  readonly folder: string;
  /** Names this Teal among others on one machine: the label on containers, the mark on processes. */
  readonly instance: string;
  /** Where Teal's API answers, for `AWS_ENDPOINT_URL` in tasks, such as `http://127.0.0.1:4566`. */
  readonly endpoint: () => string;
  /** Called whenever a task may have changed. */
  readonly onChange: () => void;
  /** Takes what whoever runs Teal should know, such as limits that cannot be had here. */
  readonly note?: (text: string) => void;
}
