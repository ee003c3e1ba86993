import type { Scope } from '../../../kernel/scope.ts';
import type { EcsDeps } from '../deps.ts';
import { advanceDeployment } from '../deployments/advance-deployment.ts';
import { eventText, withEvents } from '../events.ts';
import { serviceKey, services, type ServiceRecord } from '../records/service.ts';
import { taskSets, type TaskSetRecord } from '../records/task-set.ts';
import { isWanted, type TaskRecord } from '../records/task.ts';
import { isSteady, viewTask } from './views.ts';
import type { Sight } from './decide-task.ts';
import { decideService, wantedOf, type SetView } from './decide-service.ts';
import { tellHappenings, type Happening } from './happenings.ts';
import { startTasks, stopTasks } from './scale-set.ts';

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
  readonly now: number;
}

export interface ServiceOutcome {
  /** Something that a client could see has changed. */
  readonly changed: boolean;
  readonly isSettled: boolean;
}

/** Brings one service's sets to their wished counts, and records what became of it. */
export async function reconcileService(work: ServiceWork): Promise<ServiceOutcome> {
  const { deps, scope, service, now } = work;
  const views = work.sets.map((set) => viewSet(work, set));
  const happenings = [...work.happenings];
  const decisions = decideService(service, views, now);
  for (const { set, start, stop } of decisions) {
    happenings.push(...(await startTasks(deps, scope, service, set, start, now)));
    await stopTasks(deps, scope, set, stop, now);
  }
  const moved = decisions.some(({ start, stop }) => start > 0 || stop.length > 0);
  const texts = work.sets.flatMap((set) =>
    tellHappenings(
      service.name,
      set,
      happenings.filter(({ setId }) => setId === set.id),
    ),
  );
  const settling = await settle(work, views, moved);
  await record(work, [...texts, ...settling.texts], settling.isGone);
  const advanced = await deps.store.transaction((tx) => advanceDeployment(tx, scope, service, now));
  return {
    changed: moved || settling.changed || advanced,
    isSettled: !moved && views.every((view) => view.isSteady && view.remaining === view.tasks.length),
  };
}

function viewSet({ service, tasks, health, now }: ServiceWork, set: TaskSetRecord): SetView {
  const own = tasks.filter(({ setId }) => setId === set.id);
  const views = own.filter(isWanted).map((task) => viewTask(task, health, now));
  const wanted = wantedOf(service, set);
  return { set, tasks: views, wanted, remaining: own.length, isSteady: isSteady(wanted, views) };
}

interface Settling {
  readonly changed: boolean;
  readonly texts: readonly string[];
  /** The service has nothing left and becomes INACTIVE. */
  readonly isGone: boolean;
}

/** Removes sets that have drained, and records which have become steady. */
async function settle(work: ServiceWork, views: readonly SetView[], moved: boolean): Promise<Settling> {
  const { deps, scope, service, now } = work;
  const leaving = views.filter((view) => view.remaining === 0 && leaves(service, view.set));
  for (const { set } of leaving) await taskSets(deps.store).remove(scope, set.id);
  const left = views.filter((view) => !leaving.includes(view));
  const alone = left.length === 1;
  const texts: string[] = [];
  let changed = leaving.length > 0;
  for (const view of left) {
    const isSteadyNow = view.isSteady && !moved && (view.set.kind === 'task-set' || alone);
    const update = settled(service, view, isSteadyNow, now);
    if (!update) continue;
    await taskSets(deps.store).change(scope, view.set.id, (set) =>
      set.scale === view.set.scale && set.status === view.set.status ? { ...set, ...update.members } : undefined,
    );
    texts.push(...update.texts);
    changed = true;
  }
  const becameSteady = left.some(({ set }) => set.stability !== 'STEADY_STATE');
  if (
    becameSteady &&
    !moved &&
    service.status === 'ACTIVE' &&
    left.every((view) => view.isSteady) &&
    isOneRollout(left)
  )
    texts.push(eventText.steady(service.name));
  const isGone = service.status === 'DRAINING' && views.every(({ remaining }) => remaining === 0);
  return { changed: changed || isGone, texts, isGone };
}

const isOneRollout = (views: readonly SetView[]): boolean =>
  views.length === 1 || views.every(({ set }) => set.kind === 'task-set');

const leaves = (service: ServiceRecord, set: TaskSetRecord): boolean =>
  service.status === 'DRAINING' || set.status === 'DRAINING' || (set.kind === 'deployment' && set.status === 'ACTIVE');

interface Update {
  readonly members: Partial<TaskSetRecord>;
  readonly texts: readonly string[];
}

/** What is written of a set that became, or is no longer, steady. */
function settled(service: ServiceRecord, { set, tasks }: SetView, steady: boolean, now: number): Update | undefined {
  const stability = steady ? 'STEADY_STATE' : 'STABILIZING';
  const isNew = stability !== set.stability;
  const isCompleted = steady && set.rolloutState === 'IN_PROGRESS';
  const isRecovered = steady && set.startFailures !== undefined && tasks.some((task) => task.isOld);
  if (!isNew && !isCompleted && !isRecovered) return undefined;
  return {
    members: {
      ...(isNew && { stability, stabilityAt: now }),
      ...(isCompleted && { rolloutState: 'COMPLETED', updatedAt: now }),
      ...(isRecovered && { startFailures: undefined }),
    },
    texts: [
      ...(isNew && steady && set.kind === 'task-set' ? [eventText.setSteady({ service: service.name, set })] : []),
      ...(isCompleted ? [eventText.completed(service.name, set.id)] : []),
    ],
  };
}

async function record({ deps, scope, service, now }: ServiceWork, texts: readonly string[], isGone: boolean) {
  if (texts.length === 0 && !isGone) return;
  await services(deps.store).change(scope, serviceKey(service), (current) => {
    const next = withEvents(current, texts, now);
    if (isGone && current.status === 'DRAINING') return { ...next, status: 'INACTIVE' };
    return next === current ? undefined : next;
  });
}
