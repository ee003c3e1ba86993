import type { ContinueServiceDeploymentCommand } from '@aws-sdk/client-ecs';
import { continueStageHook } from '../../../engine/stage-hooks.ts';
import type { Action } from '../../../wire/types.ts';
import type { EcsDeps } from '../deps.ts';
import { conflict, invalidParameter, serviceDeploymentNotFound } from '../faults.ts';
import { deploymentRuns, findRun } from '../native/deployment-runs.ts';
import { recordProgress } from '../native/record-progress.ts';
import { serviceDeployments } from '../records/service-deployment.ts';
import { idIn } from './service-deployments.ts';

/** Ends a pause of a deployment: it goes on, or back. The words of refusals are assumed. */
export const continueServiceDeployment =
  ({ store, clock, bell }: EcsDeps): Action<typeof ContinueServiceDeploymentCommand> =>
  async ({ serviceDeploymentArn, hookId, action = 'CONTINUE' }, ctx) => {
    const now = clock.now().getTime();
    const id = idIn(ctx, 'service-deployment', serviceDeploymentArn);
    await store.transaction(async (tx) => {
      const deployment = await serviceDeployments(tx).get(ctx, id);
      if (!deployment) throw serviceDeploymentNotFound();
      const isKnown = deployment.hooks?.some((hook) => hook.hookId === hookId) ?? false;
      const run = await findRun(tx, ctx, id);
      if (!isKnown) throw invalidParameter(`The lifecycle hook ${hookId} was not found in the service deployment.`);
      const next = run && continueStageHook(run, hookId, action, now);
      if (!run || next === undefined || typeof next === 'string')
        throw conflict(`The lifecycle hook ${hookId} is not waiting for an action.`, [deployment.arn]);
      await deploymentRuns(tx).put(ctx, run.id, next);
      await recordProgress(tx, ctx, { before: run, after: next, rollback: undefined });
    });
    bell.ring();
    return { serviceDeploymentArn };
  };
