import { InvalidLoadBalancerActionException, type Action } from '@aws-sdk/client-elastic-load-balancing-v2';
import { fault } from '../../../wire/api-error.ts';
import { notServed, validationError } from '../faults.ts';
import type { WeightedGroup } from '../records.ts';

const MOST_GROUPS = 5;
const HEAVIEST = 999;

/** The groups of a forward action and their weights. @throws {ApiError} `ValidationError` or `InvalidLoadBalancerAction` */
export function checkedForward({ TargetGroupArn: arn, ForwardConfig: config }: Action): readonly WeightedGroup[] {
  if (config?.TargetGroupStickinessConfig?.Enabled === true) throw notServed('Target group stickiness');
  const tuples = config?.TargetGroups ?? [];
  if (tuples.length === 0) {
    if (arn !== undefined) return [{ targetGroupArn: arn, weight: 1 }];
    throw validationError(
      "For actions of type 'forward', you must specify the following fields: 'TargetGroupArn or ForwardConfig'",
    );
  }
  if (arn !== undefined && (tuples.length > 1 || tuples[0]?.TargetGroupArn !== arn))
    throw fault(
      InvalidLoadBalancerActionException,
      'You can specify both a target group list and a top-level target group ARN only if the ARNs match',
    );
  if (tuples.length > MOST_GROUPS)
    throw validationError(`You cannot specify more than ${MOST_GROUPS} target groups per action`);
  const groups = tuples.map((tuple) => ({
    targetGroupArn: tuple.TargetGroupArn ?? '',
    weight: checkedWeight(tuple.Weight, tuples.length),
  }));
  if (new Set(groups.map((group) => group.targetGroupArn)).size < groups.length)
    throw validationError('You cannot specify the same target group more than once per action');
  return groups;
}

function checkedWeight(weight: number | undefined, groups: number): number {
  if (weight === undefined && groups === 1) return 1;
  if (weight === undefined)
    throw validationError(`The weight for each target group must be between 0 and ${HEAVIEST}, inclusive`);
  // AWS says 1 here although 0 is legal.
  if (weight < 0 || weight > HEAVIEST)
    throw validationError(`The weight for the target group must be between 1 and ${HEAVIEST}, inclusive`);
  return weight;
}
