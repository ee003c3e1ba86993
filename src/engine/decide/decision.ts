import type { DeploymentStatus, ErrorInformation, Instant } from '../deployment.ts';
import type { LifecycleEvent, Wait } from '../progress.ts';
import type { Found, Sides } from '../plan/step.ts';

/** Something to do in the world. Recorded before it is performed, and performed again after a crash. */
export type Act =
  | { readonly do: 'invokeHook' }
  /** Live 100, idle 0 on production: from here on the load balancer checks the idle group's health. */
  | { readonly do: 'prepareTraffic' }
  | { readonly do: 'createTaskSet'; readonly leftovers: readonly string[] }
  | { readonly do: 'shiftTest' }
  | { readonly do: 'shift'; readonly share: number }
  | { readonly do: 'makePrimary' }
  | { readonly do: 'terminateOriginal' }
  | { readonly do: 'restoreProduction' }
  | { readonly do: 'restoreTest' }
  | { readonly do: 'reinstateOriginal' }
  | { readonly do: 'removeReplacement'; readonly taskSetArn: string }
  /** Removes what earlier deployments of an ECS service left beside the revision that serves. */
  | { readonly do: 'reconcile'; readonly leftovers: readonly string[] }
  /** Opens the hook of the current step, or calls its function again. */
  | { readonly do: 'enterHook' };

/** The deployment ends before its plan does. */
export interface Ending {
  readonly do: 'end';
  readonly status: Extract<DeploymentStatus, 'Failed' | 'Stopped'>;
  readonly error: ErrorInformation;
  readonly rollBack: boolean;
  /** Why a rollback that is configured cannot be made. */
  readonly cannotRollBack?: string;
  readonly diagnostics?: LifecycleEvent['diagnostics'];
}

export interface Waiting {
  readonly do: 'wait';
  readonly because: string;
  /** What people see; absent while something is merely tried again. */
  readonly wait?: Wait;
  readonly until?: Instant;
  /** `install` looks often, `retry` ever more seldom, `idle` when something rings. */
  readonly pace: 'install' | 'retry' | 'idle';
}

/** What happens next. */
export type Decision =
  | { readonly do: 'begin'; readonly ignoresAlarms?: boolean }
  | Waiting
  /** The current step is over, and nothing has to be performed for it. */
  | { readonly do: 'pass'; readonly learnt?: { readonly sides: Sides; readonly found: Found } }
  | Act
  | Ending;
