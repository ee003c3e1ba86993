import type { AvailabilityZoneRebalancing, DeploymentConfiguration } from '@aws-sdk/client-ecs';
import { invalidParameter } from '../faults.ts';

/**
 * Kept and shown: there is one zone. On by default where the ECS controller may start tasks before it stops others.
 * Source: spec, §5.1.
 */
export function zoneRebalancing(
  given: AvailabilityZoneRebalancing | undefined,
  controller: string,
  { maximumPercent = 200 }: DeploymentConfiguration,
): AvailabilityZoneRebalancing {
  if (given === 'ENABLED' && maximumPercent <= 100)
    throw invalidParameter(
      'Availability Zone Rebalancing does not support maximumPercent <= 100 % as deployment configuration.',
    );
  return given ?? (controller === 'ECS' && maximumPercent > 100 ? 'ENABLED' : 'DISABLED');
}
