import { healthOfTask, type TaskRecord } from '../records/task.ts';
import type { TaskView } from './decide-counts.ts';
import { EARLY } from './end-task.ts';
import { healthOf, type Sight } from './decide-task.ts';

/** A task as the scheduler counts it. */
export const viewTask = (task: TaskRecord, health: Sight['health'], now: number): TaskView => ({
  id: task.id,
  isRunning: task.lastStatus === 'RUNNING',
  isHealthy:
    task.lastStatus === 'RUNNING' && isWell(task) && task.bindings.every((binding) => isServing(task, binding, health)),
  createdAt: task.createdAt,
  isOld: task.startedAt !== undefined && now - task.startedAt >= EARLY,
});

const isWell = (task: TaskRecord): boolean =>
  healthOfTask(task) === 'HEALTHY' || !task.spec.containers.some((one) => one.essential && one.healthCheck);

/** A target group that no listener uses has no opinion on its targets. */
function isServing(task: TaskRecord, binding: TaskRecord['bindings'][number], health: Sight['health']): boolean {
  const target = task.targets.find(({ targetGroupArn }) => targetGroupArn === binding.targetGroupArn);
  if (target?.state !== 'registered') return false;
  const state = healthOf(target, health)?.state;
  return state === 'healthy' || state === 'unused';
}

/** As many running tasks as wished, and each of them serving. */
export const isSteady = (wanted: number, views: readonly TaskView[]): boolean =>
  views.length === wanted && views.every((view) => view.isHealthy);
