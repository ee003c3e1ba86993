import { isFargate, resolvedPlatform, type Placement } from '../records/placement.ts';

/** Where and how tasks run, as sets, deployments and revisions show it. */
export const showPlacement = (placement: Placement) => ({
  taskDefinition: placement.taskDefinition,
  launchType: placement.launchType,
  capacityProviderStrategy: placement.capacityProviderStrategy,
  networkConfiguration: placement.networkConfiguration,
  ...(isFargate(placement) && {
    platformVersion: resolvedPlatform(placement.platformVersion),
    platformFamily: 'Linux',
  }),
});
