import type { Deployment, ErrorCode, ErrorInformation, RollbackEvent } from '../deployment.ts';
import { hasActed, planOf } from '../plan/plan-state.ts';
import type { Ending } from './decision.ts';

type Extra = Pick<Ending, 'diagnostics' | 'cannotRollBack'>;

export const error = (code: ErrorCode, message: string): ErrorInformation => ({ code, message });

export const elbInvalid = (reason: string): ErrorInformation =>
  error(
    'ELASTIC_LOAD_BALANCING_INVALID',
    `The ELB could not be updated due to the following error: ${reason}`, // Source: spec/codedeploy-ecs §9.2
  );

export const forbidden = (deployment: Deployment, service: string): ErrorInformation =>
  error(
    'IAM_ROLE_PERMISSIONS',
    `The IAM role ${deployment.release.serviceRoleArn} does not give you permission to perform operations in the following AWS service: ${service}.`,
  );

/**
 * Ends as `Failed`; rolls back when that is configured and anything had been touched: a deployment that fails before
 * Install has nothing to undo. Source: spec/codedeploy-ecs §9.3, row 1.
 */
export const fail = (deployment: Deployment, because: ErrorInformation, extra: Extra = {}): Ending => ({
  do: 'end',
  status: 'Failed',
  error: because,
  rollBack: isTouched(deployment) && rollsBackOn(deployment, 'DEPLOYMENT_FAILURE'),
  ...extra,
});

/** An ECS service asks for the new revision from the start, so there is always something to take back. */
const isTouched = (deployment: Deployment): boolean =>
  deployment.release.native !== undefined || hasActed(planOf(deployment), 'prepareTraffic');

/** Ends as `Stopped`; rolls back when that event is configured, or as the caller of StopDeployment said. */
export const stop = (
  deployment: Deployment,
  because: ErrorInformation,
  event: RollbackEvent,
  asked?: boolean,
): Ending => ({
  do: 'end',
  status: 'Stopped',
  error: because,
  rollBack: canChain(deployment) && (asked ?? deployment.release.rollbackOn.includes(event)),
});

const rollsBackOn = (deployment: Deployment, event: RollbackEvent): boolean =>
  canChain(deployment) && deployment.release.rollbackOn.includes(event);

/** A rollback is never rolled back: that would bring the bad release again. */
const canChain = (deployment: Deployment): boolean => deployment.release.undo === undefined;
