import type { Deployment, Instant, Release, Undo } from '../deployment.ts';
import { hasActed, planOf } from '../plan/plan-state.ts';
import { newDeployment } from '../requests.ts';

/**
 * The deployment that undoes another: no hooks, no waits, no alarms, and never itself undone.
 * Source: spec/codedeploy-ecs §12.3.
 */
export function newRollback(deployment: Deployment, id: string, now: Instant): Deployment {
  const { scope, applicationName, deploymentGroupName, deploymentGroupId, snapshot, previousRevision } = deployment;
  const rollback = newDeployment(
    {
      id,
      scope,
      applicationName,
      deploymentGroupName,
      deploymentGroupId,
      deploymentConfigName: 'CodeDeployDefault.ECSAllAtOnce',
      creator: 'codeDeployRollback',
      revision: previousRevision ?? deployment.revision,
      ...(previousRevision && { previousRevision }),
      snapshot,
      release: undoingRelease(deployment),
    },
    now,
  );
  const rollbackMessage = `Deployment ${id} is triggered to roll back deployment ${deployment.id}.`;
  const { original, replacement, stageHooks } = deployment.progress;
  return {
    ...rollback,
    rollbackInfo: { rollbackTriggeringDeploymentId: deployment.id, rollbackMessage },
    progress: {
      ...rollback.progress,
      ...(original && { original }),
      ...(replacement && { replacement }),
      ...(stageHooks && { stageHooks }),
    },
  };
}

function undoingRelease(deployment: Deployment): Release {
  const { appSpec: _notRunAgain, readyWaitMinutes: _none, ...release } = deployment.release;
  return {
    ...release,
    routing: { kind: 'allAtOnce' },
    terminationWaitMinutes: 0,
    rollbackOn: [],
    alarms: { names: [], ignorePollFailure: true },
    undo: undoOf(deployment),
  };
}

/** Before Install nothing had been touched, so there is nothing to undo. */
function undoOf(deployment: Deployment): Undo {
  const plan = planOf(deployment);
  const native = deployment.release.native !== undefined;
  const touched = native || hasActed(plan, 'prepareTraffic') ? plan.sides : undefined;
  return {
    deploymentId: deployment.id,
    ...touched,
    ...(native && { movedTest: hasActed(plan, 'shiftTest'), movedProduction: hasActed(plan, 'shift') }),
  };
}
