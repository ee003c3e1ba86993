import type * as Sdk from '@aws-sdk/client-application-auto-scaling';
import { createBell } from '../../kernel/bell.ts';
import { createTurns } from '../../kernel/turns.ts';
import type { Actions, Service } from '../../wire/types.ts';
import { describeScalingActivities } from './actions/activities.ts';
import { getPredictiveScalingForecast } from './actions/forecast.ts';
import { deleteScalingPolicy, describeScalingPolicies, putScalingPolicy } from './actions/policies.ts';
import { deleteScheduledAction, describeScheduledActions, putScheduledAction } from './actions/scheduled-actions.ts';
import { listTagsForResource, tagResource, untagResource } from './actions/tags.ts';
import { deregisterScalableTarget, describeScalableTargets, registerScalableTarget } from './actions/targets.ts';
import type { AutoscalingDeps, AutoscalingParts } from './deps.ts';
import { createLoop } from './loop.ts';

/*
 * Application Auto Scaling for services of ECS: target tracking, step scaling and scheduled actions.
 *
 * Not served, and refused with an error that says so: other namespaces; predictive scaling.
 *
 * Different from AWS: alarms are read every ten seconds, divided by the time scale, and not waited for to call; why an
 * alarm changed nothing is told once until something is changed.
 */
export function applicationAutoscaling(parts: AutoscalingParts): Service {
  const bell = createBell(parts.clock);
  const deps: AutoscalingDeps = { ...parts, wake: () => bell.ring(), turns: createTurns() };
  const loop = createLoop(deps, bell);
  return {
    name: 'application-autoscaling',
    actions: actionsOf(deps),
    start: async () => loop.start(),
    close: () => loop.close(),
  };
}

const actionsOf = (deps: AutoscalingDeps) =>
  ({
    DeleteScalingPolicy: deleteScalingPolicy(deps),
    DeleteScheduledAction: deleteScheduledAction(deps),
    DeregisterScalableTarget: deregisterScalableTarget(deps),
    DescribeScalableTargets: describeScalableTargets(deps),
    DescribeScalingActivities: describeScalingActivities(deps),
    DescribeScalingPolicies: describeScalingPolicies(deps),
    DescribeScheduledActions: describeScheduledActions(deps),
    GetPredictiveScalingForecast: getPredictiveScalingForecast(),
    ListTagsForResource: listTagsForResource(deps),
    PutScalingPolicy: putScalingPolicy(deps),
    PutScheduledAction: putScheduledAction(deps),
    RegisterScalableTarget: registerScalableTarget(deps),
    TagResource: tagResource(deps),
    UntagResource: untagResource(deps),
  }) satisfies Actions<typeof Sdk>;
