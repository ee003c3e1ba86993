import { DeploymentAlreadyCompletedException, type StopDeploymentCommand } from '@aws-sdk/client-codedeploy';
import { isTerminal } from '../../../engine/deployment.ts';
import { requestStop } from '../../../engine/requests.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { millis } from '../../../kernel/span.ts';
import { fault } from '../../../wire/api-error.ts';
import type { Action } from '../../../wire/types.ts';
import { applyRequest } from '../apply-request.ts';
import type { CodeDeployDeps } from '../deps.ts';
import { deployments } from '../look-ups.ts';

const LOOK_EVERY = millis(50);
const LOOKS = 60;

/** Asks for the stop and waits up to three seconds for it, because AWS answers `Succeeded` with the stop done. */
export const stopDeployment =
  (deps: CodeDeployDeps): Action<typeof StopDeploymentCommand> =>
  async (input, ctx) => {
    const options = input.autoRollbackEnabled === undefined ? {} : { rollBack: input.autoRollbackEnabled };
    const asked = await applyRequest(deps, ctx, input.deploymentId, (current, now) =>
      requestStop(current, options, now),
    );
    if (asked === 'already-completed')
      throw fault(DeploymentAlreadyCompletedException, `The deployment ${input.deploymentId} has already completed.`);
    const stopped = await hasEnded(deps, ctx, asked.id, ctx.signal);
    return {
      status: stopped ? 'Succeeded' : 'Pending',
      // Verbatim from AWS, on ECS too.
      statusMessage: 'No more commands will be scheduled for execution in the deployment instances',
    };
  };

async function hasEnded({ store, clock }: CodeDeployDeps, scope: Scope, id: string, signal: AbortSignal) {
  for (let look = 0; look < LOOKS && !signal.aborted; look++) {
    const current = await deployments(store).get(scope, id);
    if (!current || isTerminal(current.status)) return true;
    await clock.sleep(LOOK_EVERY, signal);
  }
  return false;
}
