import { eventText, REPEATS_AFTER } from '../events.ts';
import type { ServiceRecord } from '../records/service.ts';
import { countsByScale, type TaskSetRecord } from '../records/task-set.ts';
import type { ServiceDecision, SetView } from './decide-service.ts';

/** A set that has more tasks than it is to have, because they are protected from scaling in. */
export interface HeldBack {
  readonly set: TaskSetRecord;
  /** Of all its protected tasks. */
  readonly ids: readonly string[];
}

/** Which sets only protected tasks keep from their wished counts, once what was decided is done. */
export function heldBackIn(views: readonly SetView[], { sets }: ServiceDecision): HeldBack[] {
  const primary = views.find(({ set }) => set.status === 'PRIMARY');
  const serving = primary?.tasks.filter(({ isHealthy }) => isHealthy).length ?? 0;
  return views.flatMap(({ set, tasks, wanted }) => {
    // A rolling update keeps old tasks until new ones serve.
    const isReplaced = countsByScale(set) || set === primary?.set || serving >= (primary?.wanted ?? 0);
    const stopping = sets.find((one) => one.set.id === set.id)?.stop.length ?? 0;
    const ids = tasks.filter(({ isProtected }) => isProtected).map(({ id }) => id);
    return isReplaced && ids.length > 0 && tasks.length - stopping > wanted ? [{ set, ids }] : [];
  });
}

/** Told once, and again after six hours. */
export const heldBackTexts = ({ name, events }: ServiceRecord, found: readonly HeldBack[], now: number): string[] =>
  found
    .map(({ set, ids }) => eventText.heldBack(name, set.id, ids.length))
    .filter((text) => !events.some(({ message, at }) => message === text && now - at < REPEATS_AFTER));
