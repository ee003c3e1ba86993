import type { Scope } from '../../../kernel/scope.ts';
import type { Transaction } from '../../../store/store.ts';
import type { RevisionCounts } from '../records/service-deployment.ts';
import { revisionIdOf } from '../records/service-revision.ts';
import type { ServiceRecord } from '../records/service.ts';
import { computedDesiredCount, countsByScale, taskSetsOf, type TaskSetRecord } from '../records/task-set.ts';
import { isPending, isRunning, tasks, type TaskRecord } from '../records/task.ts';

/** How many tasks each set of a service wants and has, by revision. */
export function countsByRevision(
  service: Pick<ServiceRecord, 'desiredCount'>,
  sets: readonly TaskSetRecord[],
  ofService: readonly TaskRecord[],
): Record<string, RevisionCounts> {
  return Object.fromEntries(
    sets.map((set) => {
      const own = ofService.filter(({ setId }) => setId === set.id);
      const running = own.filter(isRunning).length;
      const pending = own.filter(isPending).length;
      const requested = requestedOf(service, set) ?? running + pending;
      return [revisionIdOf(set.id), { requested, running, pending }];
    }),
  );
}

/** What a set is to have; `undefined` for one that the rolling update takes down as it can. */
export function requestedOf(service: Pick<ServiceRecord, 'desiredCount'>, set: TaskSetRecord): number | undefined {
  if (set.status === 'DRAINING') return 0;
  if (countsByScale(set)) return computedDesiredCount(service, set.scale);
  return set.status === 'PRIMARY' ? service.desiredCount : undefined;
}

/** The same, read from the store. */
export async function countsOfService(
  tx: Transaction,
  scope: Scope,
  service: ServiceRecord,
): Promise<Record<string, RevisionCounts>> {
  const ofCluster = await tasks(tx).list(scope, service.cluster);
  const own = ofCluster.filter((task) => task.service === service.name);
  return countsByRevision(service, await taskSetsOf(tx, scope, service), own);
}
