import { InvalidConfigurationRequestException } from '@aws-sdk/client-elastic-load-balancing-v2';
import { fault } from '../../../wire/api-error.ts';
import { validationError } from '../faults.ts';
import type { LoadBalancerRecord } from '../records.ts';

export type AddressType = NonNullable<LoadBalancerRecord['ipAddressType']>;

/** @throws {ApiError} `ValidationError`; `InvalidConfigurationRequest` for public addresses only of an internal one */
export function addressType(asked: string, scheme: LoadBalancerRecord['scheme']): AddressType {
  if (asked !== 'ipv4' && asked !== 'dualstack' && asked !== 'dualstack-without-public-ipv4')
    throw validationError(`IP address type '${asked}' must be one of 'ipv4, dualstack, dualstack-without-public-ipv4'`);
  if (asked === 'dualstack-without-public-ipv4' && scheme === 'internal')
    throw fault(
      InvalidConfigurationRequestException,
      `IP address type '${asked}' can only be used by internet-facing load balancers`,
    );
  return asked;
}
