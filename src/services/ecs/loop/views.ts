import type { Millis } from '../../../kernel/span.ts';
import { healthOfTask, isProtected, type TaskRecord } from '../records/task.ts';
import type { TaskView } from './decide-counts.ts';
import { EARLY } from './count-failure.ts';
import { healthOf, type Sight } from './decide-task.ts';

export interface Viewpoint {
  readonly health: Sight['health'];
  readonly now: number;
  /** How long a task that nothing checks has to run before it counts as healthy. */
  readonly settling: Millis;
  /** Whether protection from scaling in holds. */
  readonly protects: boolean;
}

/** A task as the scheduler counts it. */
export const viewTask = (task: TaskRecord, { health, now, settling, protects }: Viewpoint): TaskView => ({
  id: task.id,
  isRunning: task.lastStatus === 'RUNNING',
  isHealthy:
    task.lastStatus === 'RUNNING' &&
    task.failing === undefined &&
    isWell(task) &&
    (isChecked(task)
      ? task.bindings.every((binding) => isServing(task, binding, health))
      : now - (task.startedAt ?? now) >= settling),
  createdAt: task.createdAt,
  isOld: task.startedAt !== undefined && now - task.startedAt >= EARLY,
  isFailing: task.failing !== undefined,
  isProtected: protects && isProtected(task, now),
});

/** Whether anything says of it that it is healthy; time has to tell otherwise. */
const isChecked = (task: TaskRecord): boolean => task.bindings.length > 0 || hasHealthCheck(task);

const isWell = (task: TaskRecord): boolean => healthOfTask(task) === 'HEALTHY' || !hasHealthCheck(task);
const hasHealthCheck = ({ spec }: TaskRecord): boolean =>
  spec.containers.some(({ essential, healthCheck }) => essential && healthCheck !== undefined);

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
