/** What the scheduler needs to know of a task that is meant to run. */
export interface TaskView {
  readonly id: string;
  readonly isRunning: boolean;
  /** Running, registered where it must be, and no target of it says otherwise. */
  readonly isHealthy: boolean;
  readonly createdAt: number;
  /** It has run long enough to show that starts succeed. */
  readonly isOld?: boolean;
}

export interface CountDecision {
  readonly start: number;
  /** Ids, the least useful first. */
  readonly stop: readonly string[];
}

/** Brings one set to its wished count. */
export function decideSet(wanted: number, tasks: readonly TaskView[]): CountDecision {
  const surplus = Math.max(0, tasks.length - wanted);
  return { start: Math.max(0, wanted - tasks.length), stop: leastUseful(tasks).slice(0, surplus) };
}

export interface Rollout {
  readonly desired: number;
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number;
  readonly primary: readonly TaskView[];
  /** Of all earlier deployments. */
  readonly old: readonly TaskView[];
}

/**
 * One step of a rolling replacement: start new tasks as far as the upper bound allows, and stop old ones as new ones
 * become healthy, or to make room, never below the lower bound. Source: ECS developer guide, rolling update; spec §8.1.
 */
export function decideRollout({ desired, primary, old, ...percent }: Rollout): CountDecision {
  const { start: lacking, stop } = decideSet(desired, primary);
  const upper = Math.floor((desired * percent.maximumPercent) / 100);
  const lower = Math.ceil((desired * percent.minimumHealthyPercent) / 100);
  const start = Math.min(lacking, Math.max(0, upper - primary.length - old.length));
  const keepOld = Math.max(0, desired - count(primary));
  const spare = Math.max(0, count(primary) + count(old) - lower);
  const unhealthyOld = old.length - count(old);
  const stopOld =
    start === lacking ? Math.max(0, old.length - keepOld) : Math.min(old.length, lacking - start, unhealthyOld + spare);
  return { start, stop: [...stop, ...leastUseful(old).slice(0, stopOld)] };
}

const count = (tasks: readonly TaskView[]): number => tasks.filter((task) => task.isHealthy).length;

/** Those not yet running first, then unhealthy ones, then the newest. */
const leastUseful = (tasks: readonly TaskView[]): string[] =>
  [...tasks].sort((a, b) => rank(a) - rank(b) || b.createdAt - a.createdAt).map(({ id }) => id);

const rank = (task: TaskView): number => (task.isRunning ? 1 : 0) + (task.isHealthy ? 1 : 0);
