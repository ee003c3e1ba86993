import {
  type ContinueDeploymentCommand,
  DeploymentAlreadyCompletedException,
  DeploymentIsNotInReadyStateException,
  InvalidDeploymentWaitTypeException,
  type SkipWaitTimeForInstanceTerminationCommand,
} from '@aws-sdk/client-codedeploy';
import { requestContinue } from '../../../engine/requests.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { fault } from '../../../wire/api-error.ts';
import type { Action } from '../../../wire/types.ts';
import { applyRequest } from '../apply-request.ts';
import type { CodeDeployDeps } from '../deps.ts';
import { requireDeploymentId } from '../names.ts';

type Wait = 'READY_WAIT' | 'TERMINATION_WAIT';

/** Older clients name no wait and mean READY_WAIT. */
export const continueDeployment =
  (deps: CodeDeployDeps): Action<typeof ContinueDeploymentCommand> =>
  async (input, ctx) => {
    requireDeploymentId(input.deploymentId);
    const wait = input.deploymentWaitType ?? 'READY_WAIT';
    if (wait !== 'READY_WAIT' && wait !== 'TERMINATION_WAIT')
      throw fault(
        InvalidDeploymentWaitTypeException,
        `Deployment wait type '${String(wait)}' is not valid. Valid values are [READY_WAIT, TERMINATION_WAIT]`,
      );
    await endWait(deps, ctx, input.deploymentId, wait);
  };

/** The old name of ContinueDeployment with TERMINATION_WAIT. */
export const skipWaitTimeForInstanceTermination =
  (deps: CodeDeployDeps): Action<typeof SkipWaitTimeForInstanceTerminationCommand> =>
  (input, ctx) =>
    endWait(deps, ctx, input.deploymentId, 'TERMINATION_WAIT');

async function endWait(deps: CodeDeployDeps, scope: Scope, id: string | undefined, wait: Wait): Promise<void> {
  const answer = await applyRequest(deps, scope, id, (current, now) => requestContinue(current, wait, now));
  if (answer === 'already-completed')
    throw fault(DeploymentAlreadyCompletedException, `The deployment ${id} has already completed.`);
  if (answer === 'not-ready')
    throw fault(
      DeploymentIsNotInReadyStateException,
      wait === 'READY_WAIT'
        ? `The deployment ${id} is not in the Ready state.`
        : `The deployment ${id} is not waiting to terminate the original task set.`,
    );
}
