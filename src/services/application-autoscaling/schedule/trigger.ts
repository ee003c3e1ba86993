import { newId } from '../../../kernel/ids.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { AutoscalingDeps } from '../deps.ts';
import {
  activitiesIn,
  keyOf,
  scheduledActionsIn,
  targetsIn,
  type ActivityRecord,
  type ScheduledActionRecord,
  type TargetRecord,
} from '../records.ts';
import { lastPassed, nextTime } from './action-schedule.ts';
import { timetableOf } from './timetable.ts';

/**
 * Triggers every scheduled action that is due, those that were due earlier first: after a pause the last one counts.
 *
 * @returns epoch milliseconds of the next one; `undefined` when there is none
 */
export async function triggerDue(deps: AutoscalingDeps): Promise<number | undefined> {
  const { store, clock } = deps;
  const now = clock.now().getTime();
  const timed = await scheduledActionsIn(store).everywhere();
  const due = timed
    .filter(({ record: { nextAt = Infinity } }) => nextAt <= now)
    .map(({ scope, record }) => ({ scope, record, dueAt: lastPassed(timetableOf(record, clock), now) ?? now }))
    .sort((a, b) => a.dueAt - b.dueAt);
  for (const { scope, record } of due) await trigger(deps, scope, record, now);
  const waiting = timed.flatMap(({ record: { nextAt } }) => (nextAt === undefined || nextAt <= now ? [] : [nextAt]));
  return due.length > 0 ? now : waiting.length > 0 ? Math.min(...waiting) : undefined;
}

/** New bounds, the activity and the next time are stored as one: a crash neither loses nor doubles it. */
async function trigger(
  { store, clock, logger }: AutoscalingDeps,
  scope: Scope,
  { resourceId, name, nextAt }: ScheduledActionRecord,
  now: number,
): Promise<void> {
  const activity = await store.transaction(async (tx): Promise<ActivityRecord | undefined> => {
    const key = keyOf({ resourceId, name });
    const action = await scheduledActionsIn(tx).get(scope, key);
    const target = await targetsIn(tx).get(scope, resourceId);
    // It was put again meanwhile, deleted, or its target deregistered.
    if (action?.nextAt !== nextAt || !action || !target) return undefined;
    const moved = { ...action, from: now };
    await scheduledActionsIn(tx).put(scope, key, { ...moved, nextAt: nextTime(timetableOf(moved, clock)) });
    if (target.suspended.ScheduledScalingSuspended) return undefined;
    const triggered = triggeredBy(action, target, now);
    await targetsIn(tx).put(scope, resourceId, triggered.target);
    await activitiesIn(tx).insert(scope, triggered.activity.id, triggered.activity, { parent: resourceId });
    return triggered.activity;
  });
  if (activity) logger.info('a scheduled action was triggered', { resourceId, name, outcome: activity.statusMessage });
}

/** Bounds that would cross change nothing, and the activity fails (assumed). */
function triggeredBy(action: ScheduledActionRecord, target: TargetRecord, now: number) {
  const [min, max] = [action.min ?? target.min, action.max ?? target.max];
  const isWhole = min <= max;
  const wish = wordsOf(action);
  const activity: ActivityRecord = {
    id: newId.uuid(),
    resourceId: target.resourceId,
    description: `Setting ${wish}`,
    cause: `scheduled action name ${action.name} was triggered`,
    status: isWhole ? 'Successful' : 'Failed',
    statusMessage: isWhole
      ? `Successfully set ${wish}`
      : `Failed to set ${wish}. Reason: minimum capacity ${min} would be more than maximum capacity ${max}`,
    startedAt: now,
    endedAt: now,
  };
  return { activity, target: isWhole ? { ...target, min, max } : target };
}

/** Source: Application Auto Scaling User Guide, scaling activities: `min capacity to 5 and max capacity to 10`. */
const wordsOf = ({ min, max }: ScheduledActionRecord): string =>
  [
    ...(min === undefined ? [] : [`min capacity to ${min}`]),
    ...(max === undefined ? [] : [`max capacity to ${max}`]),
  ].join(' and ');
