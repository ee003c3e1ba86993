import type { Millis } from '../../../kernel/span.ts';
import { hasEnded, type ServiceDeploymentRecord } from '../records/service-deployment.ts';

/** Why a deployment does not go on. */
export type Cause = 'circuit-breaker' | 'alarm' | 'stopped' | 'hook' | 'traffic' | 'timeout';

/** All that a rolling deployment is judged by. */
export interface DeploymentSight {
  readonly deployment: ServiceDeploymentRecord;
  /** The wanted revision has its count of healthy tasks, and nothing was started or stopped just now. */
  readonly isSteady: boolean;
  /** Healthy tasks of the wanted revision. */
  readonly healthy: number;
  readonly desired: number;
  /** Tasks of other revisions, those on their way out included. */
  readonly others: number;
  /** Of the set of the wanted revision, in a row. */
  readonly failedTasks: number;
  readonly threshold: number;
  /** Names in ALARM; `undefined` when they could not be read. */
  readonly activeAlarms: readonly string[] | undefined;
  /** How long it is still watched once it is steady, in real time. */
  readonly bake: Millis;
  /** The revision that was last deployed wholly. */
  readonly goodRevision: string | undefined;
  readonly now: number;
}

export type DeploymentDecision =
  | { readonly do: 'wait' }
  | { readonly do: 'start'; readonly ignoresAlarms: boolean }
  | { readonly do: 'bake'; readonly until: number }
  | { readonly do: 'complete' }
  | { readonly do: 'fail'; readonly cause: Cause; readonly alarms: readonly string[] }
  | {
      readonly do: 'roll-back';
      readonly cause: Cause;
      readonly alarms: readonly string[];
      /** The revision to go back to. */
      readonly to: string;
    };

const WAIT: DeploymentDecision = { do: 'wait' };

/** What becomes of a rolling deployment now. Source: spec, §8.3 and §9.4. */
export function decideDeployment(sight: DeploymentSight): DeploymentDecision {
  const { deployment } = sight;
  if (hasEnded(deployment)) return WAIT;
  switch (deployment.status) {
    case 'PENDING':
      return decideStart(sight);
    case 'STOP_REQUESTED':
      return { do: 'fail', cause: 'stopped', alarms: [] };
    case 'ROLLBACK_REQUESTED':
      return decideRequested(sight);
    case 'ROLLBACK_IN_PROGRESS':
      return isTripped(sight) ? { do: 'fail', cause: 'circuit-breaker', alarms: [] } : decideEnd(sight);
    default:
      return decideRunning(sight);
  }
}

/**
 * An alarm that is active before the deployment begins does not judge it: the deployment may be what ends it. Source:
 * ECS developer guide, deployment alarms.
 */
function decideStart({ deployment, activeAlarms }: DeploymentSight): DeploymentDecision {
  if (deployment.alarms.status === 'MONITORING' && activeAlarms === undefined) return WAIT;
  return { do: 'start', ignoresAlarms: (activeAlarms ?? []).length > 0 };
}

function decideRunning(sight: DeploymentSight): DeploymentDecision {
  const { deployment, activeAlarms = [] } = sight;
  const { deploymentCircuitBreaker, alarms } = deployment.deploymentConfiguration;
  if (isTripped(sight)) return fail(sight, 'circuit-breaker', deploymentCircuitBreaker?.rollback === true);
  if (deployment.alarms.status === 'MONITORING' && activeAlarms.length > 0)
    return fail(sight, 'alarm', alarms?.rollback === true);
  return decideEnd(sight);
}

/** Who asks for it may also go back to a revision that was never deployed wholly. */
function decideRequested({ goodRevision, ...sight }: DeploymentSight): DeploymentDecision {
  return fail({ ...sight, goodRevision: goodRevision ?? sight.deployment.sourceRevisions.at(-1) }, 'stopped', true);
}

const isTripped = ({ deployment, failedTasks, threshold }: DeploymentSight): boolean =>
  deployment.deploymentConfiguration.deploymentCircuitBreaker?.enable === true && failedTasks >= threshold;

function fail({ goodRevision, activeAlarms = [] }: DeploymentSight, cause: Cause, rollsBack: boolean) {
  const alarms = cause === 'alarm' ? activeAlarms : [];
  return rollsBack && goodRevision !== undefined
    ? ({ do: 'roll-back', cause, alarms, to: goodRevision } as const)
    : ({ do: 'fail', cause, alarms } as const);
}

function decideEnd(sight: DeploymentSight): DeploymentDecision {
  const { deployment, bake, now } = sight;
  if (!hasArrived(sight)) return WAIT;
  if (bake > 0 && deployment.bakeUntil === undefined && !deployment.rollback) return { do: 'bake', until: now + bake };
  return now < (deployment.bakeUntil ?? 0) ? WAIT : { do: 'complete' };
}

function hasArrived({ deployment, isSteady, healthy, desired, others }: DeploymentSight): boolean {
  if (isSteady && others === 0) return true;
  const early = deployment.deploymentConfiguration.earlySuccessCriteria;
  if (!early?.enable || deployment.rollback) return false;
  const isEnough = healthy >= Math.ceil((desired * (early.healthyPercent ?? 100)) / 100);
  return isEnough && (others === 0 || early.sourceServiceRevisionCleanup === 'DEFERRED');
}
