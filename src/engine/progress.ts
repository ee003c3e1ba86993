import type { Instant } from './deployment.ts';
import type { StageHookRun } from './stages.ts';

export type TargetStatus = 'Pending' | 'InProgress' | 'Succeeded' | 'Failed' | 'Skipped' | 'Ready';
export type EventStatus = 'Pending' | 'InProgress' | 'Succeeded' | 'Failed' | 'Skipped';

export const LIFECYCLE_EVENTS = [
  'BeforeInstall',
  'Install',
  'AfterInstall',
  'AllowTestTraffic',
  'AfterAllowTestTraffic',
  'BeforeAllowTraffic',
  'AllowTraffic',
  'AfterAllowTraffic',
] as const;
export type LifecycleEventName = (typeof LIFECYCLE_EVENTS)[number];
export type HookName = Exclude<LifecycleEventName, 'Install' | 'AllowTestTraffic' | 'AllowTraffic'>;

export interface LifecycleEvent {
  readonly name: LifecycleEventName;
  readonly status: EventStatus;
  readonly startedAt?: Instant;
  readonly finishedAt?: Instant;
  readonly diagnostics?: {
    readonly errorCode: 'ScriptFailed' | 'ScriptTimedOut' | 'UnknownError';
    readonly scriptName?: string;
    readonly message: string;
    readonly logTail?: string;
  };
}

/** A task set as last observed; `trafficWeight` is a share of production, 0 to 100. */
export interface TaskSetView {
  readonly id: string;
  readonly arn: string;
  readonly status: 'PRIMARY' | 'ACTIVE' | 'DRAINING';
  readonly desiredCount: number;
  readonly pendingCount: number;
  readonly runningCount: number;
  readonly trafficWeight: number;
  readonly targetGroupName: string;
  readonly targetGroupArn: string;
}

/** One run of a hook: written before the function is invoked. */
export interface HookExecution {
  /** The LifecycleEventHookExecutionId: unguessable. */
  readonly id: string;
  readonly event: HookName;
  /** A function's name or ARN, or an endpoint's address. */
  readonly functionName: string;
  readonly startedAt: Instant;
  readonly invokedAt?: Instant;
  /** Lambda's id of the request that was accepted; by it the function's log is found. */
  readonly requestId?: string;
  /** What an endpoint answered when it accepted the request: status and first bytes. */
  readonly accepted?: string;
  /** Attempts to invoke it that failed and may be made again; the last one's words. */
  readonly attempts?: HookAttempts;
  readonly answer?: { readonly status: 'Succeeded' | 'Failed'; readonly at: Instant };
}

/** Attempts to invoke a hook that failed for a reason that may pass. */
export interface HookAttempts {
  readonly times: number;
  readonly lastAt: Instant;
  readonly message: string;
  readonly isThrottled: boolean;
  /** What the other side answered, when it did. */
  readonly answer?: string;
}

/** The wait that is running, for people and the console: what for, since when, until when at the latest. */
export interface Wait {
  readonly for: 'hook' | 'install' | 'ready' | 'interval' | 'bake' | 'termination' | 'drain';
  readonly detail: string;
  readonly since: Instant;
  readonly until?: Instant;
}

/** How far a deployment has come: the engine's own, which services read. */
export interface Progress {
  readonly targetStatus: TargetStatus;
  readonly updatedAt: Instant;
  readonly events: readonly LifecycleEvent[];
  readonly original?: TaskSetView;
  readonly replacement?: TaskSetView;
  readonly hooks: readonly HookExecution[];
  /** Of an ECS-native deployment, oldest first; its rollback goes on with the same list. */
  readonly stageHooks?: readonly StageHookRun[];
  /** An alarm was active before it began, so alarms do not judge it. */
  readonly ignoresAlarms?: boolean;
  readonly wait?: Wait;
  readonly terminationWaitStartedAt?: Instant;
  readonly stopRequested?: { readonly at: Instant; readonly rollBack?: boolean };
  readonly continued: { readonly ready?: Instant; readonly termination?: Instant };
  /** Where the plan stands; the engine's own, see engine/plan. */
  readonly plan: unknown;
}
