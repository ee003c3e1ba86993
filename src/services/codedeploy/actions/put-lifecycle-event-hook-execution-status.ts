import {
  InvalidLifecycleEventHookExecutionIdException,
  InvalidLifecycleEventHookExecutionStatusException,
  LifecycleEventAlreadyCompletedException,
  type PutLifecycleEventHookExecutionStatusCommand,
} from '@aws-sdk/client-codedeploy';
import { answerHook } from '../../../engine/requests.ts';
import { fault } from '../../../wire/api-error.ts';
import type { Action } from '../../../wire/types.ts';
import { applyRequest } from '../apply-request.ts';
import type { CodeDeployDeps } from '../deps.ts';
import { requireDeployment } from '../look-ups.ts';

/** The result of a hook: what its function returns or throws is not. */
export const putLifecycleEventHookExecutionStatus =
  (deps: CodeDeployDeps): Action<typeof PutLifecycleEventHookExecutionStatusCommand> =>
  async (input, ctx) => {
    const { id } = await requireDeployment(deps.store, ctx, input.deploymentId);
    const { lifecycleEventHookExecutionId: executionId, status } = input;
    if (!executionId)
      throw fault(InvalidLifecycleEventHookExecutionIdException, 'A lifecycleEventHookExecutionId is required.');
    if (status !== 'Succeeded' && status !== 'Failed')
      throw fault(
        InvalidLifecycleEventHookExecutionStatusException,
        `The status of a lifecycle event hook must be Succeeded or Failed, found ${status === undefined ? 'none' : `'${String(status)}'`}.`,
      );
    const answer = await applyRequest(deps, ctx, id, (current, now) => answerHook(current, executionId, status, now));
    if (answer === 'unknown-hook')
      throw fault(
        InvalidLifecycleEventHookExecutionIdException,
        `The lifecycleEventHookExecutionId '${executionId}' is not one of the deployment ${id}.`,
      );
    if (answer === 'already-answered')
      throw fault(LifecycleEventAlreadyCompletedException, 'The lifecycle event has already completed.');
    return { lifecycleEventHookExecutionId: executionId };
  };
