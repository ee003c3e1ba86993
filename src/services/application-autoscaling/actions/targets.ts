import type {
  DeregisterScalableTargetCommand,
  DescribeScalableTargetsCommand,
  RegisterScalableTargetCommand,
  ScalableTarget,
} from '@aws-sdk/client-application-auto-scaling';
import { arn } from '../../../kernel/arn.ts';
import { newId } from '../../../kernel/ids.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { Action, ActionInput } from '../../../wire/types.ts';
import type { AutoscalingDeps } from '../deps.ts';
import { invalid, targetNotFound } from '../faults.ts';
import { page } from '../paging.ts';
import { keyOf, policiesIn, scheduledActionsIn, turnOf, targetsIn, type TargetRecord } from '../records.ts';
import { checkNamespace, DIMENSION, resourceOf } from '../resource.ts';

type Input = ActionInput<typeof RegisterScalableTargetCommand>;

/** Registers a service, or changes what is given of one that is. */
export const registerScalableTarget =
  ({ store, clock, scaling, wake }: AutoscalingDeps): Action<typeof RegisterScalableTargetCommand> =>
  async (input, ctx) => {
    const resource = resourceOf(input);
    if (!(await scaling.service(ctx, resource.cluster, resource.service)))
      throw invalid(`ECS service doesn't exist: ${resource.id}`);
    const target = await store.transaction(async (tx) => {
      const known = await targetsIn(tx).get(ctx, resource.id);
      const next = known ? changed(known, input) : newTarget(ctx, resource.id, input, clock.now().getTime());
      if (next.min < 0) throw invalid('MinCapacity must be greater than or equal to 0.');
      if (next.max < next.min) throw invalid('MaxCapacity must be greater than or equal to MinCapacity.');
      await targetsIn(tx).put(ctx, resource.id, next);
      return next;
    });
    wake();
    return { ScalableTargetARN: target.arn };
  };

function newTarget(scope: Scope, resourceId: string, input: Input, now: number): TargetRecord {
  if (input.MinCapacity === undefined || input.MaxCapacity === undefined)
    throw invalid('MinCapacity and MaxCapacity are required to register a new scalable target.');
  return {
    resourceId,
    arn: arn('application-autoscaling', scope, `scalable-target/0ec5${newId.task()}`),
    min: input.MinCapacity,
    max: input.MaxCapacity,
    roleArn:
      input.RoleARN ??
      `arn:aws:iam::${scope.account}:role/aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService`,
    suspended: suspendedOf(input),
    tags: input.Tags ?? {},
    createdAt: now,
  };
}

const changed = (known: TargetRecord, input: Input): TargetRecord => ({
  ...known,
  min: input.MinCapacity ?? known.min,
  max: input.MaxCapacity ?? known.max,
  roleArn: input.RoleARN ?? known.roleArn,
  suspended: suspendedOf(input, known.suspended),
});

const RUNNING = {
  DynamicScalingInSuspended: false,
  DynamicScalingOutSuspended: false,
  ScheduledScalingSuspended: false,
};

const suspendedOf = ({ SuspendedState: given = {} }: Input, known: TargetRecord['suspended'] = RUNNING) => ({
  DynamicScalingInSuspended: given.DynamicScalingInSuspended ?? known.DynamicScalingInSuspended,
  DynamicScalingOutSuspended: given.DynamicScalingOutSuspended ?? known.DynamicScalingOutSuspended,
  ScheduledScalingSuspended: given.ScheduledScalingSuspended ?? known.ScheduledScalingSuspended,
});

export const describeScalableTargets =
  ({ store }: AutoscalingDeps): Action<typeof DescribeScalableTargetsCommand> =>
  async ({ ServiceNamespace, ResourceIds, ScalableDimension, ...paging }, ctx) => {
    checkNamespace(ServiceNamespace);
    const found = (await targetsIn(store).list(ctx))
      .filter(({ resourceId }) => !ResourceIds?.length || ResourceIds.includes(resourceId))
      .filter(() => ScalableDimension === undefined || ScalableDimension === DIMENSION);
    const { shown, next } = page(found, ({ resourceId }) => resourceId, paging);
    return { ScalableTargets: shown.map(show), NextToken: next };
  };

const show = (target: TargetRecord): ScalableTarget => ({
  ServiceNamespace: 'ecs',
  ResourceId: target.resourceId,
  ScalableDimension: DIMENSION,
  MinCapacity: target.min,
  MaxCapacity: target.max,
  RoleARN: target.roleArn,
  CreationTime: new Date(target.createdAt),
  SuspendedState: target.suspended,
  ScalableTargetARN: target.arn,
});

/** Its policies go with it, their alarms, and its scheduled actions. */
export const deregisterScalableTarget =
  ({ store, scaling, turns }: AutoscalingDeps): Action<typeof DeregisterScalableTargetCommand> =>
  async (input, ctx) => {
    const { id } = resourceOf(input);
    await turns(turnOf(ctx, id), async () => {
      if (!(await targetsIn(store).get(ctx, id))) throw targetNotFound(id);
      for (const policy of await policiesIn(store).list(ctx, id)) {
        await scaling.deleteAlarms(
          ctx,
          policy.alarms.map(({ name }) => name),
        );
        await policiesIn(store).remove(ctx, keyOf(policy));
      }
      await store.transaction(async (tx) => {
        for (const action of await scheduledActionsIn(tx).list(ctx, id))
          await scheduledActionsIn(tx).remove(ctx, keyOf(action));
        await targetsIn(tx).remove(ctx, id);
      });
    });
    return {};
  };
