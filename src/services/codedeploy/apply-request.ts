import { DeploymentDoesNotExistException } from '@aws-sdk/client-codedeploy';
import type { Deployment, Instant } from '../../engine/deployment.ts';
import type { Scope } from '../../kernel/scope.ts';
import { fault } from '../../wire/api-error.ts';
import type { CodeDeployDeps } from './deps.ts';
import { deployments } from './look-ups.ts';
import { requireDeploymentId } from './names.ts';

/**
 * Applies one of the engine's request functions to the newest record and wakes the engine.
 *
 * @returns the deployment as it now stands, or the reason why the engine takes no such request
 * @throws `DeploymentIdRequired`, `InvalidDeploymentId`, `DeploymentDoesNotExist`
 */
export async function applyRequest<Refusal extends string>(
  deps: CodeDeployDeps,
  scope: Scope,
  given: string | undefined,
  request: (current: Deployment, now: Instant) => Deployment | Refusal,
): Promise<Deployment | Refusal> {
  const id = requireDeploymentId(given);
  const outcome: { refusal?: Refusal } = {};
  const deployment = await deployments(deps.store).change(scope, id, (current) => {
    const answer = request(current, deps.clock.now().getTime());
    if (typeof answer !== 'string') return answer;
    outcome.refusal = answer;
    return undefined;
  });
  if (!deployment) throw fault(DeploymentDoesNotExistException, `The deployment ${id} could not be found`);
  if (outcome.refusal !== undefined) return outcome.refusal;
  deps.engine().wake();
  return deployment;
}
