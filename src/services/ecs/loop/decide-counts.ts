import type { Room } from './decide-placement.ts';

/** What the scheduler needs to know of a task that is meant to run. */
export interface TaskView {
  readonly id: string;
  readonly isRunning: boolean;
  /** Running, registered where it must be, and nothing that checks it says otherwise. */
  readonly isHealthy: boolean;
  readonly createdAt: number;
  /** It has run long enough to show that starts succeed. */
  readonly isOld?: boolean;
  /** A check has condemned it: it is to be replaced. */
  readonly isFailing?: boolean;
  /** It may not be scaled in now. */
  readonly isProtected?: boolean;
}

export interface CountDecision {
  readonly start: number;
  /** Ids, the least useful first. */
  readonly stop: readonly string[];
}

/**
 * Brings one set to its wished count. A failing task is stopped once another has taken its place, or to make room for
 * that one where the upper bound leaves none. Those that are protected from scaling in stay, except when they fail.
 * Source: spec §8.1; ECS developer guide, task scale-in protection.
 *
 * @param most - tasks that there may be, those on their way out left out
 * @param room - where the machine has none for all that would be started
 */
export function decideSet(wanted: number, tasks: readonly TaskView[], most: number, room?: Room): CountDecision {
  const failing = tasks.filter(isFailing);
  const good = tasks.filter((task) => !isFailing(task));
  const lacking = Math.max(0, wanted - good.length);
  const allowed = Math.min(lacking, Math.max(0, most - tasks.length));
  const start = Math.min(allowed, room?.fits ?? allowed);
  const replaced = failing.length - Math.max(0, wanted - count(good));
  const inTheWay = lacking - (makesRoom(failing, room) ? start : allowed);
  return {
    start,
    stop: [
      ...ids(failing).slice(0, Math.max(0, replaced, inTheWay)),
      ...leastUseful(good).slice(0, Math.max(0, good.length - wanted)),
    ],
  };
}

export interface Rollout {
  readonly desired: number;
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number;
  readonly primary: readonly TaskView[];
  /** Of all earlier deployments. */
  readonly old: readonly TaskView[];
  /** The deployment has failed and was not rolled back: nothing of it is started any more. */
  readonly isHalted?: boolean;
  /** Where the machine has none for all tasks of the primary, or of the old, that would be started. */
  readonly room?: Room | undefined;
  readonly oldRoom?: Room | undefined;
}

export interface RolloutDecision extends CountDecision {
  /** Tasks that an earlier deployment lost and that no newer one replaces. */
  readonly startOld: number;
  /** The two percentages leave nothing to do, now and later. */
  readonly isBlocked: boolean;
}

/**
 * One step of a rolling replacement: start new tasks as far as the upper bound allows, and stop old ones as new ones
 * become healthy, or to make room, within the upper bound or on the machine, never below the lower bound. Source: ECS
 * developer guide, rolling update; spec §8.1.
 */
export function decideRollout(rollout: Rollout): RolloutDecision {
  const { desired, primary, old, room } = rollout;
  const upper = Math.floor((desired * rollout.maximumPercent) / 100);
  const lower = Math.ceil((desired * rollout.minimumHealthyPercent) / 100);
  if (rollout.isHalted) return decideHalted(rollout, upper);
  const sick = old.filter(isFailing);
  const left = old.filter((task) => !isFailing(task));
  const { start, stop } = decideSet(desired, primary, upper - left.length, room);
  const lacking = Math.max(0, desired - primary.filter((task) => !isFailing(task)).length);
  const allowed = Math.min(lacking, Math.max(0, upper - left.length - primary.length));
  // Waiting for room that no old task takes is no reason to stop one.
  const begun = makesRoom(left, room) ? start : allowed;
  const keepOld = Math.max(0, desired - count(primary));
  const spare = Math.max(0, count(primary) + count(left) - lower);
  const stopOld =
    begun === lacking
      ? Math.max(0, left.length - keepOld)
      : Math.min(left.length, Math.max(0, lacking - begun - stop.length), left.length - count(left) + spare);
  const all = [...ids(sick), ...stop, ...inTheWayFirst(leastUseful(left), room).slice(0, stopOld)];
  const isQuiet = [...primary, ...old].every((task) => task.isHealthy);
  return { start, stop: all, startOld: 0, isBlocked: lacking > 0 && all.length === 0 && allowed === 0 && isQuiet };
}

/** What is well goes on, whichever deployment started it; what ran before makes up the rest. */
function decideHalted({ desired, primary, old, oldRoom }: Rollout, upper: number): RolloutDecision {
  const sick = primary.filter(isFailing);
  const well = primary.filter((task) => !isFailing(task));
  const wantedOld = Math.max(0, desired - count(well));
  const { start: startOld, stop } = decideSet(wantedOld, old, Math.max(0, upper - well.length), oldRoom);
  const surplus = leastUseful(well).slice(0, Math.max(0, well.length - desired));
  return { start: 0, startOld, stop: [...ids(sick), ...surplus, ...stop], isBlocked: false };
}

/** Whether the end of one of these gives others what they lack. */
function makesRoom(tasks: readonly TaskView[], room: Room | undefined): boolean {
  const inTheWay = room?.inTheWay ?? [];
  return inTheWay.length > 0 && inTheWay.every((id) => tasks.some((task) => task.id === id));
}

const inTheWayFirst = (order: readonly string[], room: Room | undefined): string[] => {
  const isInTheWay = (id: string): boolean => room?.inTheWay.includes(id) ?? false;
  return [...order.filter(isInTheWay), ...order.filter((id) => !isInTheWay(id))];
};

const isFailing = (task: TaskView): boolean => task.isFailing === true;

const ids = (tasks: readonly TaskView[]): string[] => tasks.map(({ id }) => id);

const count = (tasks: readonly TaskView[]): number => tasks.filter((task) => task.isHealthy).length;

/** Of those that are not protected: those not yet running first, then unhealthy ones, then the newest. */
const leastUseful = (tasks: readonly TaskView[]): string[] =>
  ids(tasks.filter((task) => !task.isProtected).sort((a, b) => rank(a) - rank(b) || b.createdAt - a.createdAt));

const rank = (task: TaskView): number => (task.isRunning ? 1 : 0) + (task.isHealthy ? 1 : 0);
