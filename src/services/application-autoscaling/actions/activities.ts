import type { DescribeScalingActivitiesCommand, ScalingActivity } from '@aws-sdk/client-application-auto-scaling';
import type { Action } from '../../../wire/types.ts';
import type { AutoscalingDeps } from '../deps.ts';
import { page } from '../paging.ts';
import { activitiesIn, type ActivityRecord } from '../records.ts';
import { checkNamespace, DIMENSION } from '../resource.ts';

/** Newest first; what was not scaled, and why, only when it is asked for. */
export const describeScalingActivities =
  ({ store }: AutoscalingDeps): Action<typeof DescribeScalingActivitiesCommand> =>
  async ({ ServiceNamespace, ResourceId, ScalableDimension, IncludeNotScaledActivities, ...paging }, ctx) => {
    checkNamespace(ServiceNamespace);
    const all = (await activitiesIn(store).list(ctx, ResourceId)).filter(
      ({ notScaled }) => IncludeNotScaledActivities === true || notScaled === undefined,
    );
    const found = ScalableDimension === undefined || ScalableDimension === DIMENSION ? all.reverse() : [];
    const { shown, next } = page(found, ({ id }) => id, paging);
    return { ScalingActivities: shown.map(show), NextToken: next };
  };

const show = (activity: ActivityRecord): ScalingActivity => ({
  ActivityId: activity.id,
  ServiceNamespace: 'ecs',
  ResourceId: activity.resourceId,
  ScalableDimension: DIMENSION,
  Description: activity.description,
  Cause: activity.cause,
  StartTime: new Date(activity.startedAt),
  EndTime: activity.endedAt === undefined ? undefined : new Date(activity.endedAt),
  StatusCode: activity.status,
  StatusMessage: activity.statusMessage,
  NotScaledReasons: activity.notScaled && [activity.notScaled],
});
