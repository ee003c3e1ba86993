import { taskSets } from '../records/task-set.ts';
import { tasks } from '../records/task.ts';
import type { SetView } from './decide-service.ts';
import type { ServiceWork } from './reconcile-service.ts';

/** Records which tasks are healthy for the first time; each ends the row of failures of its set. */
export async function markHealthy({ deps, scope, service, ...work }: ServiceWork, views: readonly SetView[]) {
  const { resetOnHealthyTask = true } = service.deploymentConfiguration.deploymentCircuitBreaker ?? {};
  for (const { set, tasks: seen } of views) {
    const healthy = new Set(seen.filter((task) => task.isHealthy).map(({ id }) => id));
    const fresh = work.tasks.filter((task) => healthy.has(task.id) && task.healthyAt === undefined);
    if (fresh.length === 0) continue;
    await deps.store.transaction(async (tx) => {
      for (const { id } of fresh) await tasks(tx).change(scope, id, (task) => ({ ...task, healthyAt: work.now }));
      if (resetOnHealthyTask)
        await taskSets(tx).change(scope, set.id, (current) =>
          current.failedTasks === 0 ? undefined : { ...current, failedTasks: 0 },
        );
    });
  }
}
