import { newId } from '../../kernel/ids.ts';
import type { Scope } from '../../kernel/scope.ts';
import type { NotScaled } from './decide/not-scaled.ts';
import type { AutoscalingDeps } from './deps.ts';
import { activitiesIn, targetsIn, type ActivityRecord } from './records.ts';

/** Keeps what alarms did not change, each reason once until something is changed. @param activities - oldest first */
export async function noteNotScaled(
  { store, clock }: AutoscalingDeps,
  scope: Scope,
  resourceId: string,
  activities: readonly ActivityRecord[],
  found: readonly NotScaled[],
): Promise<void> {
  const lastChange = activities.findLastIndex(({ notScaled }) => notScaled === undefined);
  const known = activities.slice(lastChange + 1).map(({ cause, notScaled }) => `${notScaled?.Code} ${cause}`);
  const fresh = found.filter(({ cause, reason }) => !known.includes(`${reason.Code} ${cause}`));
  if (fresh.length === 0) return;
  const now = clock.now().getTime();
  await store.transaction(async (tx) => {
    if (!(await targetsIn(tx).get(scope, resourceId))) return;
    for (const { cause, reason } of fresh) {
      const activity: ActivityRecord = {
        id: newId.uuid(),
        resourceId,
        // Source: Application Auto Scaling User Guide, scaling activities.
        description: 'Attempting to scale due to alarm triggered',
        cause,
        status: 'Failed',
        statusMessage: '',
        startedAt: now,
        endedAt: now,
        notScaled: reason,
      };
      await activitiesIn(tx).insert(scope, activity.id, activity, { parent: resourceId });
    }
  });
}
