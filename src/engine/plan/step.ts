import type { Instant } from '../deployment.ts';
import type { HookName, LifecycleEventName } from '../progress.ts';
import type { Route } from '../ports.ts';
import type { Stage, StageHook } from '../stages.ts';

/**
 * One step of a plan. `event` is the lifecycle event it belongs to, or the stage of an ECS-native deployment; minutes
 * are configured minutes.
 */
export type Step =
  | { readonly kind: 'preflight'; readonly event: 'BeforeInstall' | Stage }
  | { readonly kind: 'hook'; readonly event: HookName; readonly functionName?: string }
  | { readonly kind: 'prepareTraffic'; readonly event: 'Install' | Stage }
  | { readonly kind: 'createTaskSet'; readonly event: 'Install' | Stage }
  | { readonly kind: 'steady'; readonly event: 'Install' | Stage }
  | { readonly kind: 'shiftTest'; readonly event: 'AllowTestTraffic' | Stage }
  | { readonly kind: 'readyGate'; readonly minutes: number; readonly event?: never }
  | { readonly kind: 'shift'; readonly share: number; readonly event: 'AllowTraffic' | Stage }
  | { readonly kind: 'interval'; readonly minutes: number; readonly event: 'AllowTraffic' | Stage }
  | { readonly kind: 'makePrimary'; readonly event: 'AllowTraffic' }
  | { readonly kind: 'terminationWait'; readonly minutes: number; readonly event?: never }
  | { readonly kind: 'terminateOriginal'; readonly event?: Stage }
  | { readonly kind: 'restoreProduction'; readonly event?: Stage }
  | { readonly kind: 'restoreTest'; readonly event?: Stage }
  | { readonly kind: 'reinstateOriginal'; readonly event?: never }
  | { readonly kind: 'removeReplacement'; readonly event?: Stage }
  // Those of ECS-native deployments only:
  | { readonly kind: 'reconcile'; readonly event: Stage }
  | { readonly kind: 'stageHook'; readonly hook: StageHook; readonly event: Stage }
  | { readonly kind: 'bake'; readonly minutes: number; readonly event: Stage }
  | { readonly kind: 'gone'; readonly side: 'original' | 'replacement'; readonly event: Stage };

export type StepKind = Step['kind'];

/** Who is who in this deployment, as the preflight found it. */
export interface Sides {
  readonly originalTaskSetArn: string;
  readonly originalTargetGroupArn: string;
  readonly replacementTargetGroupArn: string;
  readonly replacementTaskSetArn?: string;
}

/** Both listeners as they were before anything was done. */
export interface Found {
  readonly production: readonly Route[];
  readonly test: readonly Route[];
}

export interface Plan {
  readonly steps: readonly Step[];
}

/** A plan and where it stands; kept in `progress.plan`. */
export interface PlanState extends Plan {
  /** Index of the current step; the number of steps when all are over. */
  readonly at: number;
  /** When the current step began. */
  readonly since: Instant;
  /** The current step's act is recorded; it may or may not have been performed. */
  readonly acting: boolean;
  readonly sides?: Sides;
  /** The replacement's share of production that the load balancer last acknowledged. */
  readonly share?: number;
  /** Listener and rules that carry this deployment's production traffic. */
  readonly routes?: readonly string[];
  /** What the preflight found, which nobody else may change meanwhile. */
  readonly found?: Found;
  /** Since when the replacement has not been steady while traffic moves to it. */
  readonly unsteadySince?: Instant;
}

/** The events of a deployment in order: without a test listener the two about test traffic are absent. */
export const eventsOf = (
  names: readonly LifecycleEventName[],
  hasTestListener: boolean,
): readonly LifecycleEventName[] =>
  hasTestListener ? names : names.filter((name) => name !== 'AllowTestTraffic' && name !== 'AfterAllowTestTraffic');
