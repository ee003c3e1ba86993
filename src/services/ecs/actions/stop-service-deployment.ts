import type { StopServiceDeploymentCommand } from '@aws-sdk/client-ecs';
import type { Action } from '../../../wire/types.ts';
import type { EcsDeps } from '../deps.ts';
import { conflict, serviceDeploymentNotFound } from '../faults.ts';
import { serviceDeployments } from '../records/service-deployment.ts';
import { stopRun } from '../native/deployment-runs.ts';
import { idIn } from './service-deployments.ts';

/** Records that a deployment is to stop, or to go back to what ran before; the loop carries it out. */
export const stopServiceDeployment =
  ({ store, clock, bell }: EcsDeps): Action<typeof StopServiceDeploymentCommand> =>
  async ({ serviceDeploymentArn, stopType = 'ROLLBACK' }, ctx) => {
    const now = clock.now().getTime();
    const id = idIn(ctx, 'service-deployment', serviceDeploymentArn);
    const found = await store.transaction(async (tx) => {
      if (!(await stopRun(tx, ctx, id, stopType, now))) throw cannotStop('CLEAN_UP', serviceDeploymentArn);
      return serviceDeployments(tx).change(ctx, id, (current) => {
        if (current.status !== 'PENDING' && current.status !== 'IN_PROGRESS')
          throw cannotStop(current.status, current.arn);
        if (stopType === 'ROLLBACK' && current.sourceRevisions.length === 0)
          throw conflict('The service deployment has no source service revision to roll back to.', [current.arn]);
        return {
          ...current,
          stopType,
          status: stopType === 'ROLLBACK' ? 'ROLLBACK_REQUESTED' : 'STOP_REQUESTED',
          updatedAt: now,
        };
      });
    });
    if (!found) throw serviceDeploymentNotFound();
    bell.ring();
    return { serviceDeploymentArn: found.arn };
  };

const cannotStop = (status: string, arn: string): Error =>
  conflict(`The service deployment cannot be stopped because its status is ${status}.`, [arn]);
