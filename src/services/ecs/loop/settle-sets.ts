import { eventText, REPEATS_AFTER } from '../events.ts';
import { serviceKey, services, type EventRecord, type ServiceRecord } from '../records/service.ts';
import { countsByScale, taskSets, type TaskSetRecord } from '../records/task-set.ts';
import type { SetView } from './decide-service.ts';
import type { ServiceWork } from './reconcile-service.ts';

export interface Settling {
  readonly changed: boolean;
  /** Sets that the service still has. */
  readonly left: readonly SetView[];
  readonly texts: readonly string[];
  /** Told last, behind what becomes of the deployment. */
  readonly steadyTexts: readonly string[];
  /** The service has nothing left and becomes INACTIVE. */
  readonly isGone: boolean;
}

/** Removes sets that have drained, and records which have become steady. */
export async function settleSets(work: ServiceWork, views: readonly SetView[], moved: boolean): Promise<Settling> {
  const { deps, scope, service, now } = work;
  const leaving = views.filter((view) => view.remaining === 0 && leaves(service, view.set));
  for (const { set } of leaving)
    await deps.store.transaction(async (tx) => {
      const current = await taskSets(tx).get(scope, set.id);
      // A deployment that begins, or goes back, may have taken it up again.
      if (current && leaves(service, current)) await taskSets(tx).remove(scope, set.id);
    });
  const left = views.filter((view) => !leaving.includes(view));
  const texts: string[] = [];
  let changed = leaving.length > 0;
  for (const view of left) {
    const isSteadyNow = view.isSteady && !view.isDraining && !moved && (countsByScale(view.set) || left.length === 1);
    const update = settled(service, view, isSteadyNow, now);
    if (!update) continue;
    if (await writeAsSeen(work, view, update.members)) texts.push(...update.texts);
    changed = true;
  }
  const isGone = service.status === 'DRAINING' && views.every(({ remaining }) => remaining === 0);
  return { changed: changed || isGone, left, texts, steadyTexts: moved ? [] : steadyTexts(service, left, now), isGone };
}

const leaves = (service: ServiceRecord, set: TaskSetRecord): boolean =>
  service.status === 'DRAINING' || set.status === 'DRAINING' || (!countsByScale(set) && set.status === 'ACTIVE');

interface Update {
  readonly members: Partial<TaskSetRecord>;
  readonly texts: readonly string[];
}

/** What is written of a set that became, or is no longer, steady. */
function settled(service: ServiceRecord, { set, tasks }: SetView, steady: boolean, now: number): Update | undefined {
  const stability = steady ? 'STEADY_STATE' : 'STABILIZING';
  const isNew = stability !== set.stability;
  const isRecovered = steady && set.startFailures !== undefined && tasks.some((task) => task.isOld);
  if (!isNew && !isRecovered) return undefined;
  return {
    members: { ...(isNew && { stability, stabilityAt: now }), ...(isRecovered && { startFailures: undefined }) },
    texts: isNew && steady && set.kind === 'task-set' ? [eventText.setSteady({ service: service.name, set })] : [],
  };
}

/** @returns whether the set still has the count to come to that it had */
function writeAsSeen({ deps, scope, service }: ServiceWork, { set }: SetView, members: Partial<TaskSetRecord>) {
  return deps.store.transaction(async (tx) => {
    const wish = await services(tx).get(scope, serviceKey(service));
    const current = await taskSets(tx).get(scope, set.id);
    const isAsSeen = wish?.desiredCount === service.desiredCount && current?.scale === set.scale;
    if (!current || !isAsSeen || current.status !== set.status) return false;
    await taskSets(tx).put(scope, set.id, { ...current, ...members });
    return true;
  });
}

/** The engine completes a deployment that shifts traffic some time after its tasks were steady. */
const isDeployedSince = ({ name, events }: ServiceRecord, last: EventRecord): boolean =>
  events.slice(0, events.indexOf(last)).some(({ message }) => eventText.isCompleted(name, message));

/** Said when a service becomes steady, and again every six hours while it is. */
function steadyTexts(service: ServiceRecord, left: readonly SetView[], now: number): string[] {
  const isOneRollout = left.length === 1 || left.every(({ set }) => set.kind === 'task-set');
  if (service.status !== 'ACTIVE' || left.length === 0 || !isOneRollout || !left.every((view) => view.isSteady))
    return [];
  // Told when the last task on its way out has been, as the scheduler of ECS does.
  if (left.some(({ isDraining }) => isDraining)) return [];
  if (left.some(({ set }) => set.keepsScale && set.rolloutState === 'IN_PROGRESS')) return [];
  const text = eventText.steady(service.name);
  const last = service.events.find(({ message }) => message === text);
  const isDue = last === undefined || now - last.at >= REPEATS_AFTER || isDeployedSince(service, last);
  return isDue || left.some(({ set }) => set.stability !== 'STEADY_STATE') ? [text] : [];
}
