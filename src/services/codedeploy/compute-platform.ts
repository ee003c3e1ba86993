import { InvalidComputePlatformException } from '@aws-sdk/client-codedeploy';
import { fault } from '../../wire/api-error.ts';
import type { ComputePlatform } from './records.ts';

const PLATFORMS: readonly ComputePlatform[] = ['Server', 'Lambda', 'ECS'];

/** Leaving it out means Server, as on AWS: users of ECS must say so. @throws `InvalidComputePlatform` */
export function readPlatform(given: string | undefined): ComputePlatform {
  const platform = PLATFORMS.find((known) => known === (given ?? 'Server'));
  if (!platform)
    throw fault(
      InvalidComputePlatformException,
      `ComputePlatform '${given}' is not valid. Valid values are [${PLATFORMS.join(', ')}]`,
    );
  return platform;
}
