import type {
  DeleteScheduledActionCommand,
  DescribeScheduledActionsCommand,
  PutScheduledActionCommand,
  ScheduledAction,
} from '@aws-sdk/client-application-auto-scaling';
import { arn } from '../../../kernel/arn.ts';
import { newId } from '../../../kernel/ids.ts';
import type { Action } from '../../../wire/types.ts';
import { checkScheduledAction } from '../checks/scheduled-action.ts';
import type { AutoscalingDeps } from '../deps.ts';
import { invalid, scheduledActionNotFound } from '../faults.ts';
import { page } from '../paging.ts';
import { keyOf, requireTarget, scheduledActionsIn, type ScheduledActionRecord } from '../records.ts';
import { checkNamespace, DIMENSION, resourceOf } from '../resource.ts';
import { nextTime } from '../schedule/action-schedule.ts';
import { timetableOf } from '../schedule/timetable.ts';

/** Its times are counted anew from now on. */
export const putScheduledAction =
  ({ store, clock, wake }: AutoscalingDeps): Action<typeof PutScheduledActionCommand> =>
  async (input, ctx) => {
    const { id: resourceId } = resourceOf(input);
    const name = input.ScheduledActionName;
    const key = keyOf({ resourceId, name });
    const now = clock.now().getTime();
    await store.transaction(async (tx) => {
      await requireTarget(tx, ctx, resourceId);
      const known = await scheduledActionsIn(tx).get(ctx, key);
      const timed = { ...checkScheduledAction(input, known), putAt: now, from: now };
      const nextAt = nextTime(timetableOf(timed, clock));
      if (nextAt === undefined) throw invalid(`The schedule never comes about: ${timed.schedule}`);
      const resource = `scheduledAction:${newId.uuid()}:resource/ecs/${resourceId}:scheduledActionName/${name}`;
      const made = known ?? { name, resourceId, createdAt: now, arn: arn('autoscaling', ctx, resource) };
      await scheduledActionsIn(tx).put(ctx, key, { ...made, ...timed, nextAt }, { parent: resourceId });
    });
    wake();
    return {};
  };

/** Those that are over, too, until they are deleted (assumed). */
export const describeScheduledActions =
  ({ store }: AutoscalingDeps): Action<typeof DescribeScheduledActionsCommand> =>
  async ({ ServiceNamespace, ScheduledActionNames: names, ResourceId, ScalableDimension, ...paging }, ctx) => {
    checkNamespace(ServiceNamespace);
    const found = (await scheduledActionsIn(store).list(ctx, ResourceId))
      .filter(({ name }) => !names?.length || names.includes(name))
      .filter(() => ScalableDimension === undefined || ScalableDimension === DIMENSION);
    const { shown, next } = page(found, keyOf, paging);
    return { ScheduledActions: shown.map(show), NextToken: next };
  };

const show = (action: ScheduledActionRecord): ScheduledAction => ({
  ScheduledActionName: action.name,
  ScheduledActionARN: action.arn,
  ServiceNamespace: 'ecs',
  Schedule: action.schedule,
  Timezone: action.timezone,
  ResourceId: action.resourceId,
  ScalableDimension: DIMENSION,
  StartTime: action.startAt === undefined ? undefined : new Date(action.startAt),
  EndTime: action.endAt === undefined ? undefined : new Date(action.endAt),
  ScalableTargetAction: { MinCapacity: action.min, MaxCapacity: action.max },
  CreationTime: new Date(action.createdAt),
});

export const deleteScheduledAction =
  ({ store }: AutoscalingDeps): Action<typeof DeleteScheduledActionCommand> =>
  async (input, ctx) => {
    const { id: resourceId } = resourceOf(input);
    const key = keyOf({ resourceId, name: input.ScheduledActionName });
    await store.transaction(async (tx) => {
      if (!(await scheduledActionsIn(tx).get(ctx, key)))
        throw scheduledActionNotFound(resourceId, input.ScheduledActionName);
      await scheduledActionsIn(tx).remove(ctx, key);
    });
    return {};
  };
