import { ResourceNotFoundException, type GetResourcePolicyCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { fault } from '../../../wire/api-error.ts';
import type { Action } from '../../../wire/types.ts';

/** Only trust stores have policies, and there are none. */
export const getResourcePolicy: Action<typeof GetResourcePolicyCommand> = ({ ResourceArn: arn }) => {
  throw fault(ResourceNotFoundException, `The resource policy of '${arn}' was not found`);
};
