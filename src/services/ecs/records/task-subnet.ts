import type { Scope } from '../../../kernel/scope.ts';

/** Where the network interface of an awsvpc task is. */
export interface TaskSubnet {
  readonly subnetId: string;
  /** Such as `us-east-1a`. */
  readonly zoneName: string;
}

/** Of tasks without a subnet of their own. */
export const firstZone = ({ region }: Pick<Scope, 'region'>): string => `${region}a`;

/** Tasks are spread over the subnets that they may be in by chance. */
export const subnetOf = (subnets: readonly TaskSubnet[], taskId: string): TaskSubnet | undefined =>
  subnets[Number.parseInt(taskId.slice(0, 8), 16) % subnets.length];
