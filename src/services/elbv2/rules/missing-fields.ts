import { InvalidLoadBalancerActionException } from '@aws-sdk/client-elastic-load-balancing-v2';
import { fault } from '../../../wire/api-error.ts';

/** AWS's answer to an action without the members its type needs. Source: aws-sdk-js issue 2204. */
export const missingFields = (type: string, fields: string) =>
  fault(
    InvalidLoadBalancerActionException,
    `For actions of type '${type}', you must specify the following fields: '${fields}'`,
  );
