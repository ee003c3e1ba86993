import type { Scope } from '../../../kernel/scope.ts';
import type { Transaction } from '../../../store/store.ts';
import { currentDeployment, endedAs, hasEnded, serviceDeployments } from '../records/service-deployment.ts';
import { revisionIdOf } from '../records/service-revision.ts';
import type { ServiceRecord } from '../records/service.ts';
import { taskSetsOf } from '../records/task-set.ts';
import { countsOfService } from './counts.ts';

/** Brings the record of a deployment to what its set has come to. @returns whether it changed */
export async function advanceDeployment(
  tx: Transaction,
  scope: Scope,
  service: ServiceRecord,
  now: number,
): Promise<boolean> {
  const deployment = await currentDeployment(tx, scope, service);
  if (!deployment || hasEnded(deployment)) return false;
  const target = (await taskSetsOf(tx, scope, service)).find(
    ({ id }) => revisionIdOf(id) === deployment.targetRevision,
  );
  if (target?.rolloutState === 'COMPLETED') {
    const finalCounts = await countsOfService(tx, scope, service);
    await serviceDeployments(tx).put(scope, deployment.id, { ...endedAs(deployment, 'SUCCESSFUL', now), finalCounts });
    return true;
  }
  if (deployment.status !== 'PENDING') return false;
  await serviceDeployments(tx).put(scope, deployment.id, {
    ...deployment,
    status: 'IN_PROGRESS',
    startedAt: now,
    updatedAt: now,
  });
  return true;
}
