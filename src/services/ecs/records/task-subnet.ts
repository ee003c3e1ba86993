import type { Scope } from '../../../kernel/scope.ts';

/** Where the network interface of an awsvpc task is. */
export interface TaskSubnet {
  readonly subnetId: string;
  /** Such as `us-east-1a`. */
  readonly zoneName: string;
}

/** Of the container instance, and of tasks without a subnet of their own. */
export const firstZone = ({ region }: Pick<Scope, 'region'>): string => `${region}a`;

/**
 * Tasks are spread over the subnets that they may be in by chance; those on the container instance are in its zone, where
 * they have a subnet there.
 */
export function subnetOf(
  subnets: readonly TaskSubnet[],
  { id, isOnInstance, region }: { readonly id: string; readonly isOnInstance: boolean; readonly region: string },
): TaskSubnet | undefined {
  const near = isOnInstance ? subnets.filter(({ zoneName }) => zoneName === firstZone({ region })) : [];
  const open = near.length > 0 ? near : subnets;
  return open[Number.parseInt(id.slice(0, 8), 16) % open.length];
}
