import type { Scope } from '../../../kernel/scope.ts';
import { containerInstanceId } from '../arns.ts';
import { eventText, REPEATS_AFTER } from '../events.ts';
import type { TaskSetRecord } from '../records/task-set.ts';
import type { Room } from './decide-placement.ts';

/** What has changed for a set whose tasks find no room, or found some again. */
export interface PlacementNews {
  readonly setId: string;
  /** What the set now keeps. */
  readonly unplaced: TaskSetRecord['unplaced'];
  /** For the service's events. */
  readonly texts: readonly string[];
}

export interface PlacementSight {
  /** `undefined` where there is enough. */
  readonly room: Room | undefined;
  /** Ids of the service's tasks that are on their way out: what only they hold is waited for without a word. */
  readonly leaving: ReadonlySet<string>;
  readonly now: number;
}

/**
 * Tells of tasks that cannot be placed once, and again every six hours for as long as the cause is the same.
 *
 * @returns `undefined` where nothing is new. Source: ECS developer guide, service event messages
 */
export function placementNews(
  scope: Scope,
  set: TaskSetRecord,
  { room, leaving, now }: PlacementSight,
): PlacementNews | undefined {
  const { unplaced } = set;
  const inTheWay = room?.inTheWay ?? [];
  if (inTheWay.length > 0 && inTheWay.every((id) => leaving.has(id))) return undefined;
  const shortage = room?.shortage;
  const isKnown = unplaced?.shortage === shortage;
  if (isKnown && (unplaced === undefined || now - unplaced.toldAt < REPEATS_AFTER)) return undefined;
  if (shortage === undefined) return { setId: set.id, unplaced: undefined, texts: [] };
  const text = eventText.unplaced({ service: set.service, set }, containerInstanceId(scope, set.cluster), shortage);
  return { setId: set.id, unplaced: { shortage, toldAt: now }, texts: [text] };
}
