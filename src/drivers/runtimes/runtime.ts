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
}

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

/**
 * Runs tasks. Everything is keyed by task id, and everything may be repeated: performing twice equals performing once.
 * What a runtime starts outlives a crash of Teal and is found again by `open`.
 */
export interface Runtime {
  readonly name: RuntimeName;
  /** Starts the task, or does nothing when it was started before. Failures to start show in `observe`, not here. */
  start(task: TaskSpec): Promise<void>;
  /**
   * Asks the task to end: SIGTERM to every container, SIGKILL after the grace (real time). Answers at once; `observe`
   * tells when it has ended. Unknown or ended tasks are no error.
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
}
