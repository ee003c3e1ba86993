import {
  InvalidAutoScalingGroupException,
  InvalidEC2TagException,
  InvalidTagException,
} from '@aws-sdk/client-codedeploy';
import { fault } from '../../../wire/api-error.ts';

const REFUSED = {
  ec2TagFilters: InvalidEC2TagException,
  ec2TagSet: InvalidEC2TagException,
  onPremisesInstanceTagFilters: InvalidTagException,
  onPremisesTagSet: InvalidTagException,
  autoScalingGroups: InvalidAutoScalingGroupException,
} as const;

/** Refuses what belongs to servers, even as an empty list. @throws `InvalidEC2Tag`, `InvalidTag`, `InvalidAutoScalingGroup` */
export function refuseServerMembers(input: Partial<Record<keyof typeof REFUSED, unknown>>): void {
  for (const [member, exception] of Object.entries(REFUSED))
    if ((input as Record<string, unknown>)[member] !== undefined)
      throw fault<Error>(exception, `For ECS deployment group, ${member} can not be specified`);
}
