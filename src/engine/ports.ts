import type { Scope } from '../kernel/scope.ts';
import type { Millis } from '../kernel/span.ts';
import type { AppSpec, Deployment, DeploymentStatus, Instant, Release } from './deployment.ts';
import type { TaskSetView } from './progress.ts';

export type PortFault = 'missing' | 'refused' | 'throttled' | 'unavailable' | 'forbidden';

/** What a port throws. The engine decides by fault, never by message. */
export class PortError extends Error {
  override readonly name = 'PortError';
  readonly fault: PortFault;
  /** What the other side answered, word for word, where people should see that. */
  readonly answer: string | undefined;
  constructor(fault: PortFault, message: string, options?: ErrorOptions & { readonly answer?: string }) {
    super(message, options);
    this.fault = fault;
    this.answer = options?.answer;
  }
}

/** Keeps deployments. Every change is one transaction on the newest record. */
export interface Deployments {
  get(scope: Scope, id: string): Promise<Deployment | undefined>;
  /** All that are not terminal or have news to tell, in every scope. */
  active(): Promise<readonly Deployment[]>;
  /**
   * Applies a pure function to the newest record; `also` is stored in the same transaction (a rollback with the
   * deployment it undoes). `undefined` writes nothing.
   */
  change(
    scope: Scope,
    id: string,
    change: (current: Deployment) => { readonly deployment: Deployment; readonly also?: Deployment } | undefined,
  ): Promise<Deployment | undefined>;
}

export interface ServiceView {
  readonly serviceArn: string;
  readonly clusterArn: string;
  readonly controller: string;
  readonly status: string;
  readonly desiredCount: number;
  readonly taskSets: readonly (TaskSetView & {
    readonly externalId?: string;
    readonly isSteady: boolean;
    readonly taskDefinition: string;
    /** Tasks that failed in a row, where a circuit breaker counts them, and how many trip it. */
    readonly failures?: { readonly count: number; readonly threshold: number };
  })[];
}

export interface TaskSets {
  /** @throws {PortError} missing, forbidden */
  describe(scope: Scope, release: Release): Promise<ServiceView>;
  /** Creates the replacement under the deployment's id, or finds the one that was created. Gives its ARN. */
  create(
    scope: Scope,
    release: Release,
    appSpec: AppSpec,
    targetGroupArn: string,
    deploymentId: string,
  ): Promise<string>;
  makePrimary(scope: Scope, release: Release, taskSetArn: string): Promise<void>;
  /** Force-deletes; one that is gone or draining is no error. */
  remove(scope: Scope, release: Release, taskSetArn: string): Promise<void>;
}

/** Settings by name, each in words that are the same as long as it is: `port` is `443`. */
export type Settings = Readonly<Record<string, string>>;

/** One place on a listener that may forward: its default action or a rule. */
export interface Route {
  /** The listener's ARN for its default action, else the rule's. */
  readonly arn: string;
  readonly isDefault: boolean;
  /** A rule's priority and conditions in words that are the same as long as they are; absent on a default action. */
  readonly match?: string;
  /** By target group ARN, as configured; empty where it does not forward. */
  readonly weights: Readonly<Record<string, number>>;
  /** What its actions say beside the weights. Absent: unknown, in what was stored before it was read. */
  readonly actions?: Settings;
  /** What the listener itself is; with its default action only. Absent: unknown, as above. */
  readonly listener?: Settings;
}

export interface TargetGroupView {
  readonly arn: string;
  /** Those whose listeners name it. */
  readonly loadBalancerArns: readonly string[];
}

export interface Traffic {
  /** Those of the names that exist. */
  targetGroups(scope: Scope, names: readonly string[]): Promise<Readonly<Record<string, TargetGroupView>>>;
  /**
   * Of a listener: the default action, then the rules by priority. Of a rule: itself alone.
   * @throws {PortError} missing, with the listener's or rule's name
   */
  routes(scope: Scope, listenerArn: string): Promise<readonly Route[]>;
  /**
   * Rewrites one route so that `weights` is its forward. Resolves when the load balancer has acknowledged it.
   * @throws {PortError} refused, with the load balancer's own words
   */
  shift(scope: Scope, route: Route, weights: Readonly<Record<string, number>>): Promise<void>;
}

/** One run of a hook, as it is called: the same however often it is tried. */
export interface HookCall {
  /** A function's name or ARN, or an endpoint's address. */
  readonly target: string;
  readonly deploymentId: string;
  readonly executionId: string;
}

/** What accepted a call. */
export interface HookAccepted {
  /** Lambda's. */
  readonly requestId?: string;
  /** An endpoint's. */
  readonly answer?: string;
}

/** What a function has printed in one invocation. */
export interface HookLog {
  /** The last 4 KiB. */
  readonly tail: string;
  /** Whether the invocation has ended, so that no more is to come. */
  readonly isWhole: boolean;
}

export interface Hooks {
  /**
   * Sends exactly `DeploymentId` and `LifecycleEventHookExecutionId`, and waits until that is accepted, not for its end.
   * @throws {PortError} missing, refused, forbidden, throttled, unavailable
   */
  invoke(scope: Scope, call: HookCall, signal: AbortSignal): Promise<HookAccepted>;
  /**
   * @param since - the earliest that the function can have begun
   * @param requestId - of the invocation; without it the newest one counts
   * @returns `undefined` when there is none yet @throws {PortError} when it cannot be read
   */
  log(scope: Scope, functionName: string, since: Instant, requestId?: string): Promise<HookLog | undefined>;
  /**
   * Invokes the function of a stage hook and gives what it answers; a function that fails has answered so.
   * @throws {PortError} and what the signal's abort throws
   */
  call(scope: Scope, functionArn: string, payload: unknown, signal: AbortSignal): Promise<HookAnswer>;
}

/** What a stage hook's function says. Source: spec/platform §9.2. */
export interface HookAnswer {
  readonly status: 'SUCCEEDED' | 'FAILED' | 'IN_PROGRESS';
  /** Configured; of IN_PROGRESS. */
  readonly callAgainAfter?: Millis;
  /** Members that the next call is told, too. */
  readonly details?: unknown;
  readonly message?: string;
}

export interface Alarms {
  /** The names in ALARM. @throws {PortError} when the state cannot be read */
  active(scope: Scope, names: readonly string[]): Promise<readonly string[]>;
}

/** Told of a start, a wait for readiness and an end after these are stored, at least once, even when Teal dies. */
export interface Notices {
  /**
   * @param status - what it became then; by now it may have another
   * @throws {PortError} throttled, unavailable: the same is told again later
   */
  statusChanged(deployment: Deployment, status: DeploymentStatus): Promise<void>;
}

export interface Ports {
  readonly deployments: Deployments;
  readonly taskSets: TaskSets;
  readonly traffic: Traffic;
  readonly hooks: Hooks;
  readonly alarms: Alarms;
  readonly notices: Notices;
}
