import { InvalidInputException } from '@aws-sdk/client-codedeploy';
import { fault } from '../../../wire/api-error.ts';
import type { GroupSettings } from '../records.ts';

/** Has no effect on ECS, but is stored and reads UPDATE by default, or Terraform sees a difference. @throws `InvalidInput` */
export function readStrategy(given: string | undefined): GroupSettings['outdatedInstancesStrategy'] {
  if (given === undefined) return 'UPDATE';
  if (given !== 'UPDATE' && given !== 'IGNORE')
    throw fault(InvalidInputException, `outdatedInstancesStrategy must be UPDATE or IGNORE, found '${given}'.`);
  return given;
}
