import type { Instant } from './deployment.ts';

/** The stages of an ECS-native deployment, in order. Source: spec/platform §9.3. */
export type Stage =
  | 'RECONCILE_SERVICE'
  | 'PRE_SCALE_UP'
  | 'SCALE_UP'
  | 'POST_SCALE_UP'
  | 'TEST_TRAFFIC_SHIFT'
  | 'POST_TEST_TRAFFIC_SHIFT'
  | 'PRE_PRODUCTION_TRAFFIC_SHIFT'
  | 'PRODUCTION_TRAFFIC_SHIFT'
  | 'POST_PRODUCTION_TRAFFIC_SHIFT'
  | 'BAKE_TIME'
  | 'CLEAN_UP';

/** What waits at some stages: a function that is asked until it says how it ended, or a person. */
export interface StageHook {
  readonly kind: 'AWS_LAMBDA' | 'PAUSE';
  /** Of AWS_LAMBDA. */
  readonly functionArn?: string;
  readonly stages: readonly Stage[];
  /** Any JSON, handed to the function. */
  readonly details?: unknown;
  /** Configured minutes. */
  readonly timeoutMinutes: number;
  readonly onTimeout: 'ROLLBACK' | 'CONTINUE';
}

/** A hook at one step of one plan. */
export interface StageHookRun {
  /** What ContinueServiceDeployment names it by; also the `executionId` that the function is told. */
  readonly id: string;
  /** Deployment and index of the step that it belongs to. */
  readonly step: string;
  readonly stage: Stage;
  readonly hook: StageHook;
  readonly status: 'AWAITING_ACTION' | 'IN_PROGRESS' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT';
  readonly startedAt: Instant;
  readonly expiresAt: Instant;
  /** The function asked to be called again then. */
  readonly callAgainAt?: Instant;
  /** The hook's details, and what the function has added to them. */
  readonly details?: unknown;
  /** Why it failed. */
  readonly message?: string;
}

/** What an ECS-native release has beside a CodeDeploy one. */
export interface NativeRelease {
  readonly deploymentId: string;
  readonly deploymentArn: string;
  readonly serviceArn: string;
  readonly targetRevisionArn: string;
  /** Absent in a service's first deployment, which has no traffic to move. */
  readonly source?: {
    readonly revisionArn: string;
    readonly taskSetArn: string;
    /** Empty without a load balancer. */
    readonly targetGroupArn: string;
  };
  readonly targetGroupArn: string;
  /** Other revisions were about when it began. */
  readonly reconciles: boolean;
  readonly hooks: readonly StageHook[];
  /** Configured minutes. */
  readonly bakeMinutes: number;
  /** Whether a circuit breaker that trips brings the source back. */
  readonly breakerRollsBack: boolean;
}
