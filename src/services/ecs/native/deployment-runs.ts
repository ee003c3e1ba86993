import type { Deployment } from '../../../engine/deployment.ts';
import { hasActed, planOf } from '../../../engine/plan/plan-state.ts';
import { requestStop } from '../../../engine/requests.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { Records, Transaction } from '../../../store/store.ts';
import { serviceKey, type ServiceRecord } from '../records/service.ts';

/**
 * What the engine carries out for service deployments that shift traffic, kept as long as it is not over: under its id,
 * below its service. A deployment's run has the deployment's id, the run that rolls it back one of its own.
 */
export const deploymentRuns = (tx: Transaction): Records<Deployment> => tx.records('ecs_deployment_runs');

/** The run of a service deployment that is not over: its own, or its rollback. */
export async function findRun(tx: Transaction, scope: Scope, deploymentId: string): Promise<Deployment | undefined> {
  const own = await deploymentRuns(tx).get(scope, deploymentId);
  if (own) return own;
  const all = await deploymentRuns(tx).list(scope);
  return all.find(({ release }) => release.native?.deploymentId === deploymentId);
}

/** How far the engine had come with what it was made to end. */
export interface EndedRuns {
  /** What served before was being removed. */
  readonly isPast: boolean;
  /** The revision that served when it began, by its digits. */
  readonly source: string | undefined;
}

/** Ends what the engine does for a service, at once: it looks for the record before each turn. */
export async function endRuns(
  tx: Transaction,
  scope: Scope,
  service: Pick<ServiceRecord, 'cluster' | 'name'>,
): Promise<EndedRuns> {
  const runs = await deploymentRuns(tx).list(scope, serviceKey(service));
  for (const { id } of runs) await deploymentRuns(tx).remove(scope, id);
  return {
    isPast: runs.some((run) => hasActed(planOf(run), 'terminateOriginal')),
    source: runs
      .map(({ release }) => release.native?.source?.revisionArn)
      .find((arn) => arn !== undefined)
      ?.split('/')
      .at(-1),
  };
}

/** Asks the engine to stop. @returns false when it is too late; a rolling update, which has no run, is never so */
export async function stopRun(
  tx: Transaction,
  scope: Scope,
  deploymentId: string,
  stopType: 'ROLLBACK' | 'ABORT',
  now: number,
): Promise<boolean> {
  const run = await deploymentRuns(tx).get(scope, deploymentId);
  if (!run) return true;
  const stopped = requestStop(run, { rollBack: stopType === 'ROLLBACK' }, now);
  if (typeof stopped === 'string') return false;
  await deploymentRuns(tx).put(scope, deploymentId, stopped);
  return true;
}
