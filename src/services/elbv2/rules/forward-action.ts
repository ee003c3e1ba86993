import {
  InvalidLoadBalancerActionException,
  type Action,
  type TargetGroupStickinessConfig,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { fault } from '../../../wire/api-error.ts';
import { validationError } from '../faults.ts';
import { LIMITS } from '../limits.ts';
import type { WeightedGroup } from '../records.ts';
import { missingFields } from './missing-fields.ts';

const HEAVIEST = 999;
const LONGEST_STICKINESS = 604_800;

export interface Forward {
  readonly groups: readonly WeightedGroup[];
  readonly stickinessSeconds?: number;
}

/** What a forward action says. @throws {ApiError} `ValidationError`, or `InvalidLoadBalancerAction` */
export function checkedForward({ TargetGroupArn: arn, ForwardConfig: config }: Action): Forward {
  const seconds = stickinessSeconds(config?.TargetGroupStickinessConfig);
  const tuples = config?.TargetGroups ?? [];
  if (tuples.length === 0 && arn === undefined) throw missingFields('forward', 'TargetGroupArn or ForwardConfig');
  if (arn !== undefined && tuples.length > 0 && (tuples.length > 1 || tuples[0]?.TargetGroupArn !== arn))
    throw fault(
      InvalidLoadBalancerActionException,
      'You can specify both a target group list and a top-level target group ARN only if the ARNs match',
    );
  return {
    groups: tuples.length === 0 ? [{ targetGroupArn: arn ?? '', weight: 1 }] : checkedGroups(tuples),
    ...(seconds !== undefined && { stickinessSeconds: seconds }),
  };
}

interface Tuple {
  readonly TargetGroupArn?: string | undefined;
  readonly Weight?: number | undefined;
}

function checkedGroups(tuples: readonly Tuple[]): readonly WeightedGroup[] {
  if (tuples.length > LIMITS.targetGroupsPerAction)
    throw validationError(`You cannot specify more than ${LIMITS.targetGroupsPerAction} target groups per action`);
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

/** A duration without stickiness means nothing to AWS, and is forgotten. */
function stickinessSeconds(config: TargetGroupStickinessConfig | undefined): number | undefined {
  if (config?.Enabled !== true) return undefined;
  const { DurationSeconds: seconds = 0 } = config;
  if (seconds < 1 || seconds > LONGEST_STICKINESS)
    throw validationError(`Target group stickiness duration must be between 1 and ${LONGEST_STICKINESS} seconds`);
  return seconds;
}
