import type { Scope } from '../../../kernel/scope.ts';
import { seconds } from '../../../kernel/span.ts';
import type { EcsDeps } from '../deps.ts';
import { eventText, withEvents } from '../events.ts';
import { serviceKey, services, type ServiceRecord } from '../records/service.ts';
import { taskSets, type TaskSetRecord } from '../records/task-set.ts';
import { isWanted, type TaskRecord } from '../records/task.ts';
import { advanceDeployment } from './advance-deployment.ts';
import type { Sight } from './decide-task.ts';
import { decideService, wantedOf, type ServiceDecision, type SetView } from './decide-service.ts';
import { heldBackIn, heldBackTexts } from './held-back.ts';
import { tellHappenings, type Happening } from './happenings.ts';
import { lookForRoom } from './look-for-room.ts';
import { markHealthy } from './mark-healthy.ts';
import { placementNews, type PlacementNews } from './placement-news.ts';
import { startTasks, stopTasks, withdrawTasks } from './scale-set.ts';
import { settleSets } from './settle-sets.ts';
import { isSteady, viewTask } from './views.ts';
import type { AlarmWatch } from './watch-alarms.ts';

export interface ServiceWork {
  readonly deps: EcsDeps;
  readonly scope: Scope;
  readonly service: ServiceRecord;
  readonly sets: readonly TaskSetRecord[];
  /** Of the service, those that have stopped left out. */
  readonly tasks: readonly TaskRecord[];
  readonly health: Sight['health'];
  /** What this pass did to its tasks already. */
  readonly happenings: readonly Happening[];
  readonly alarms: AlarmWatch;
  readonly now: number;
}

export interface ServiceOutcome {
  /** Something that a client could see has changed. */
  readonly changed: boolean;
  readonly isSettled: boolean;
}

/** How long a task that nothing checks runs before it counts as healthy. Source: spec, §8.1. */
const SETTLING = seconds(40);

/** Brings one service's sets to their wished counts, and records what became of it. */
export async function reconcileService(work: ServiceWork): Promise<ServiceOutcome> {
  const views = work.sets.map((set) => viewSet(work, set));
  await markHealthy(work, views);
  const wish = decideService(work.service, views, work.now);
  const rooms = await lookForRoom(work, wish);
  const decision = rooms.size > 0 ? decideService(work.service, views, work.now, rooms) : wish;
  const { texts, moved } = await scale(work, decision);
  const heldBack = heldBackIn(views, decision);
  for (const { set, ids } of heldBack) if (set.status === 'DRAINING') await withdrawTasks(work.deps, work.scope, ids);
  const leaving = leavingOf(work, decision);
  // What such a set waits for is told to the loop, or comes with time.
  const isStuck = (id: string) => rooms.has(id) || heldBack.some(({ set }) => set.id === id);
  const news = work.sets.flatMap(
    (set) => placementNews(work.scope, set, { room: rooms.get(set.id), leaving, now: work.now }) ?? [],
  );
  const settling = await settleSets(work, views, moved);
  const advance = await advanceDeployment(work, settling.left, moved);
  const placementTexts = news.flatMap((one) => one.texts);
  await record(work, {
    texts: [
      ...texts,
      ...placementTexts,
      ...heldBackTexts(work.service, heldBack, work.now),
      ...settling.texts,
      ...advance.texts,
      ...settling.steadyTexts,
    ],
    news,
    isGone: settling.isGone,
  });
  return {
    changed: moved || news.length > 0 || settling.changed || advance.changed,
    isSettled: !moved && views.every((view) => isQuiet(view) && (view.isSteady || isStuck(view.set.id))),
  };
}

function viewSet({ deps, service, tasks, health, now }: ServiceWork, set: TaskSetRecord): SetView {
  const own = tasks.filter(({ setId }) => setId === set.id);
  // A task set is steady as soon as its tasks run: no one counts on the tasks of another.
  const settling = deps.clock.scaled(set.kind === 'deployment' ? SETTLING : seconds(0));
  // A service that is deleted takes all its tasks with it. Assumed.
  const protects = service.status === 'ACTIVE';
  const views = own.filter(isWanted).map((task) => viewTask(task, { health, now, settling, protects }));
  const wanted = wantedOf(service, set);
  // A task set says that it is steady as soon as enough tasks run: CodeDeploy waits for no others.
  const isDraining = set.kind === 'deployment' && own.some((task) => !isWanted(task) && !isSignalled(task));
  return { set, tasks: views, wanted, remaining: own.length, isDraining, isSteady: isSteady(wanted, views) };
}

/** Nothing of it is on its way up or down. */
const isQuiet = ({ tasks, remaining }: SetView): boolean =>
  remaining === tasks.length && tasks.every(({ isHealthy }) => isHealthy);

/** Those on their way out already, and those that are told to go now. */
function leavingOf({ tasks, sets }: ServiceWork, decision: ServiceDecision): ReadonlySet<string> {
  const going = tasks.filter((task) => !isWanted(task) && sets.some(({ id }) => id === task.setId));
  return new Set([...going.map(({ id }) => id), ...decision.sets.flatMap(({ stop }) => stop)]);
}

const isSignalled = ({ lastStatus }: TaskRecord): boolean =>
  lastStatus === 'STOPPING' || lastStatus === 'DEPROVISIONING' || lastStatus === 'STOPPED';

/** Starts and stops what was decided. @returns what the service's events say of this and of the pass so far */
async function scale(work: ServiceWork, { sets, isBlocked }: ServiceDecision) {
  const { deps, scope, service, now } = work;
  const happenings = [...work.happenings];
  for (const { set, start, stop } of sets) {
    happenings.push(...(await startTasks(deps, scope, service, set, start, now)));
    await stopTasks(deps, scope, service, set, stop, now);
  }
  const texts = work.sets.flatMap((set) =>
    tellHappenings(
      service.name,
      set,
      happenings.filter(({ setId }) => setId === set.id),
    ),
  );
  return {
    texts: isBlocked ? [...texts, eventText.blocked(service.name)] : texts,
    moved: sets.some(({ start, stop }) => start > 0 || stop.length > 0),
  };
}

interface Recorded {
  readonly texts: readonly string[];
  readonly news: readonly PlacementNews[];
  readonly isGone: boolean;
}

async function record({ deps, scope, service, now }: ServiceWork, { texts, news, isGone }: Recorded): Promise<void> {
  if (texts.length === 0 && news.length === 0 && !isGone) return;
  await deps.store.transaction(async (tx) => {
    for (const { setId, unplaced } of news) await taskSets(tx).change(scope, setId, (set) => ({ ...set, unplaced }));
    await services(tx).change(scope, serviceKey(service), (current) => {
      const next = withEvents(current, texts, now);
      if (isGone && current.status === 'DRAINING') return { ...next, status: 'INACTIVE' };
      return next === current ? undefined : next;
    });
  });
}
