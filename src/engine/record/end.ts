import type { Ending } from '../decide/decision.ts';
import type { Deployment, Instant } from '../deployment.ts';
import type { LifecycleEvent } from '../progress.ts';
import { newId } from '../../kernel/ids.ts';
import { newRollback } from './new-rollback.ts';

/** Ends a deployment before its plan does, together with the rollback that this triggers. */
export function end(
  deployment: Deployment,
  ending: Ending,
  now: Instant,
): { readonly deployment: Deployment; readonly also?: Deployment } {
  const ended = terminate(deployment, ending, now);
  if (ending.cannotRollBack !== undefined) {
    const rollbackMessage = `Deployment ${deployment.id} terminated. Automatic rollback is not possible: ${ending.cannotRollBack}.`;
    return { deployment: { ...ended, rollbackInfo: { rollbackMessage } } };
  }
  if (!ending.rollBack) return { deployment: ended };
  const rollbackDeploymentId = newId.deployment();
  const rollbackMessage = `Deployment ${deployment.id} terminated. Automatic rollback is triggered with a DeploymentId ${rollbackDeploymentId}.`;
  return {
    deployment: { ...ended, rollbackInfo: { rollbackDeploymentId, rollbackMessage } },
    also: newRollback(deployment, rollbackDeploymentId, now),
  };
}

function terminate(deployment: Deployment, ending: Ending, now: Instant): Deployment {
  const { wait: _over, ...progress } = deployment.progress;
  const events = abort(progress.events, ending, now);
  const unfinished = events.some((event) => event.status !== 'Succeeded');
  return {
    ...deployment,
    status: ending.status,
    finishedAt: now,
    errorInformation: ending.error,
    progress: { ...progress, events, targetStatus: unfinished ? 'Failed' : progress.targetStatus, updatedAt: now },
  };
}

/** The event that ran has failed, later ones are skipped. A failure between events falls on the next one. */
function abort(events: readonly LifecycleEvent[], ending: Ending, now: Instant): readonly LifecycleEvent[] {
  const running = events.findIndex((event) => event.status === 'InProgress');
  const failed =
    running < 0 && ending.status === 'Failed' ? events.findIndex((event) => event.status === 'Pending') : running;
  const diagnostics = ending.diagnostics ?? { errorCode: 'UnknownError' as const, message: ending.error.message };
  return events.map((event, index): LifecycleEvent => {
    if (index === failed) return { startedAt: now, ...event, status: 'Failed', finishedAt: now, diagnostics };
    return event.status === 'Pending' ? { ...event, status: 'Skipped' } : event;
  });
}
