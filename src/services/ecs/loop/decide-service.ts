import { failureWords } from '../deployments/words.ts';
import { computedDesiredCount, countsByScale, type TaskSetRecord } from '../records/task-set.ts';
import type { ServiceRecord } from '../records/service.ts';
import { decideRollout, decideSet, type TaskView } from './decide-counts.ts';
import type { Room } from './decide-placement.ts';

export interface SetView {
  readonly set: TaskSetRecord;
  /** Those that are meant to run. */
  readonly tasks: readonly TaskView[];
  readonly wanted: number;
  /** All that have not stopped, those on their way out included. */
  readonly remaining: number;
  /** Some on their way out still take requests. */
  readonly isDraining: boolean;
  readonly isSteady: boolean;
}

export interface SetDecision {
  readonly set: TaskSetRecord;
  readonly start: number;
  readonly stop: readonly string[];
}

export interface ServiceDecision {
  readonly sets: readonly SetDecision[];
  /** The percentages of the deployment configuration leave nothing to do. */
  readonly isBlocked: boolean;
}

/** How many tasks a set is to come to: none when it, or its service, is on its way out. */
export function wantedOf(service: ServiceRecord, set: TaskSetRecord): number {
  if (service.status !== 'ACTIVE' || set.status === 'DRAINING') return 0;
  if (!countsByScale(set) && set.status !== 'PRIMARY') return 0;
  return computedDesiredCount(service, set.scale);
}

/** By set: of those that would start more than there is room for. */
export type Rooms = ReadonlyMap<string, Room>;

/**
 * What each set of a service starts and stops now. A set whose starts keep failing waits longer and longer.
 *
 * @param rooms - of what was decided without them
 */
export function decideService(
  service: ServiceRecord,
  views: readonly SetView[],
  now: number,
  rooms: Rooms = new Map(),
): ServiceDecision {
  const isRolling =
    service.controller === 'ECS' && service.status === 'ACTIVE' && !views.some(({ set }) => countsByScale(set));
  const { sets, isBlocked } = isRolling
    ? decideDeployments(service, views, rooms)
    : decideTaskSets(service, views, rooms);
  const waited = sets.map((decision) => ({
    ...decision,
    start: (decision.set.startFailures?.retryAt ?? 0) > now ? 0 : decision.start,
  }));
  return { sets: waited, isBlocked };
}

function decideTaskSets(service: ServiceRecord, views: readonly SetView[], rooms: Rooms): ServiceDecision {
  const { maximumPercent = 200 } = service.deploymentConfiguration;
  const sets = views.map(({ set, wanted, tasks }) => ({
    set,
    ...decideSet(wanted, tasks, isHalted(set) ? 0 : Math.floor((wanted * maximumPercent) / 100), rooms.get(set.id)),
  }));
  return { sets, isBlocked: false };
}

/** The circuit breaker has tripped: no more of its tasks are started. */
const isHalted = ({ rolloutReason }: TaskSetRecord): boolean =>
  rolloutReason === failureWords('circuit-breaker').rollout;

function decideDeployments(service: ServiceRecord, views: readonly SetView[], rooms: Rooms): ServiceDecision {
  const primary = views.find(({ set }) => set.status === 'PRIMARY');
  const old = views.filter((view) => view !== primary);
  const lastGood = old.filter(({ set }) => set.rolloutState === 'COMPLETED').at(-1);
  const { start, stop, startOld, isBlocked } = decideRollout({
    desired: service.desiredCount,
    minimumHealthyPercent: service.deploymentConfiguration.minimumHealthyPercent ?? 100,
    maximumPercent: service.deploymentConfiguration.maximumPercent ?? 200,
    primary: primary?.tasks ?? [],
    old: old.flatMap(({ tasks }) => tasks),
    isHalted: primary?.set.rolloutState === 'FAILED',
    room: rooms.get(primary?.set.id ?? ''),
    oldRoom: rooms.get(lastGood?.set.id ?? ''),
  });
  const sets = views.map((view) => ({
    set: view.set,
    start: view === primary ? start : view === lastGood ? startOld : 0,
    stop: stop.filter((id) => view.tasks.some((task) => task.id === id)),
  }));
  return { sets, isBlocked };
}
