import { isDeepStrictEqual } from 'node:util';
import { newId } from '../../kernel/ids.ts';
import type { Scope } from '../../kernel/scope.ts';
import { seconds, type Millis } from '../../kernel/span.ts';
import { decideCapacity, type CapacityDecision, type TargetSight } from './decide/decide-capacity.ts';
import { notScaled } from './decide/not-scaled.ts';
import type { AutoscalingDeps } from './deps.ts';
import { lookAt } from './look.ts';
import { noteNotScaled } from './note-not-scaled.ts';
import {
  activitiesIn,
  policiesIn,
  keyOf,
  targetsIn,
  type ActivityRecord,
  type PolicyRecord,
  type TargetRecord,
} from './records.ts';
import { parseResource } from './resource.ts';

type CapacityActivity = ActivityRecord & { readonly to: number };
const setsCapacity = (activity: ActivityRecord): activity is CapacityActivity => activity.to !== undefined;

/** Takes one scalable target one step on: follows up what was begun, or looks whether something is to be. */
export async function scaleTarget(deps: AutoscalingDeps, scope: Scope, target: TargetRecord): Promise<void> {
  const { store, scaling } = deps;
  const { cluster, service } = parseResource(target.resourceId);
  const activities = await activitiesIn(store).list(scope, target.resourceId);
  const pending = activities.filter(setsCapacity).find(({ status }) => status === 'Pending');
  if (pending) return perform(deps, scope, pending);
  const seen = await scaling.service(scope, cluster, service);
  if (!seen) return;
  for (const activity of activities.filter(setsCapacity))
    if (activity.status === 'InProgress') await followUp(deps, scope, activity, seen);
  const policies = await policiesIn(store).list(scope, target.resourceId);
  const sight: TargetSight = {
    current: seen.desiredCount,
    min: target.min,
    max: target.max,
    canScaleOut: !target.suspended.DynamicScalingOutSuspended,
    canScaleIn: !target.suspended.DynamicScalingInSuspended,
    isDeploying: seen.isDeploying,
    policies: await Promise.all(policies.map((policy) => lookAt(deps, scope, policy))),
    now: deps.clock.now().getTime(),
  };
  const decision = decideCapacity(sight);
  if (!decision) return noteNotScaled(deps, scope, target.resourceId, activities, notScaled(sight));
  const policy = policies.find(({ name }) => name === decision.policy);
  const activity = await begin(deps, scope, target, seen.desiredCount, decision, policy);
  if (activity) await perform(deps, scope, activity);
}

/** Records what is to be done before it is; a target that was changed or deregistered meanwhile is left alone. */
function begin(
  { store, clock }: AutoscalingDeps,
  scope: Scope,
  target: TargetRecord,
  from: number,
  { to, cause }: CapacityDecision,
  policy: PolicyRecord | undefined,
): Promise<CapacityActivity | undefined> {
  const now = clock.now().getTime();
  const { resourceId } = target;
  return store.transaction(async (tx) => {
    const current = await targetsIn(tx).get(scope, resourceId);
    // Whoever changed its bounds, or suspended it, has been told that this holds.
    if (!current || !isDeepStrictEqual(wishOf(current), wishOf(target))) return undefined;
    const direction = to > from ? 'out' : 'in';
    const begun =
      policy &&
      (await policiesIn(tx).change(scope, keyOf(policy), (kept) => ({
        ...kept,
        cooldown: { direction, from, until: now + clock.scaled(cooldownOf(kept, direction)) },
      })));
    if (policy && !begun) return undefined;
    const activity: CapacityActivity = {
      id: newId.uuid(),
      resourceId,
      description: `Setting desired count to ${to}.`,
      cause,
      to,
      status: 'Pending',
      statusMessage: '',
      startedAt: now,
    };
    await activitiesIn(tx).insert(scope, activity.id, activity, { parent: resourceId });
    await forgetOld(tx, scope, resourceId, now);
    return activity;
  });
}

const wishOf = ({ min, max, suspended }: TargetRecord) => ({ min, max, suspended });

const cooldownOf = ({ tracking, step }: PolicyRecord, direction: 'out' | 'in'): Millis =>
  seconds((direction === 'out' ? tracking?.ScaleOutCooldown : tracking?.ScaleInCooldown) ?? step?.Cooldown ?? 300);

/** Source: DescribeScalingActivities, the previous six weeks. */
const KEPT_FOR = 42 * 86_400_000;

async function forgetOld(tx: Parameters<typeof activitiesIn>[0], scope: Scope, resourceId: string, now: number) {
  for (const { id, startedAt } of await activitiesIn(tx).list(scope, resourceId))
    if (now - startedAt > KEPT_FOR) await activitiesIn(tx).remove(scope, id);
}

/** May be repeated: setting the same count twice is setting it once. */
async function perform({ store, scaling, clock, logger }: AutoscalingDeps, scope: Scope, activity: CapacityActivity) {
  const { cluster, service } = parseResource(activity.resourceId);
  const end = (members: Partial<ActivityRecord>) =>
    activitiesIn(store).change(scope, activity.id, (current) => ({ ...current, ...members }));
  try {
    await scaling.setDesiredCount(scope, cluster, service, activity.to);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    logger.warn('a service could not be scaled', { resourceId: activity.resourceId, to: activity.to, cause });
    const statusMessage = `Failed to set desired count to ${activity.to}. Reason: ${message}`;
    await end({ status: 'Failed', statusMessage, endedAt: clock.now().getTime() });
    return;
  }
  logger.info('a service was scaled', { resourceId: activity.resourceId, to: activity.to, cause: activity.cause });
  const statusMessage = `Successfully set desired count to ${activity.to}. Waiting for change to be fulfilled by ecs.`;
  await end({ status: 'InProgress', statusMessage });
}

/** Tells whether what was set has come about, or something else was asked for since. */
async function followUp(
  { store, clock }: AutoscalingDeps,
  scope: Scope,
  { id, to }: CapacityActivity,
  seen: { readonly desiredCount: number; readonly runningCount: number },
): Promise<void> {
  const isOverridden = seen.desiredCount !== to;
  if (!isOverridden && seen.runningCount !== to) return;
  await activitiesIn(store).change(scope, id, (current) => ({
    ...current,
    status: isOverridden ? 'Overridden' : 'Successful',
    statusMessage: isOverridden
      ? `Desired count was set to ${seen.desiredCount} before the change to ${to} was fulfilled.`
      : `Successfully set desired count to ${to}. Change successfully fulfilled by ecs.`,
    endedAt: clock.now().getTime(),
  }));
}
