import type { Scope } from '../../kernel/scope.ts';

export interface Subnet {
  readonly vpcId: string;
  /** Such as `us-east-1a`. */
  readonly zoneName: string;
}

/**
 * What this service asks about VPCs; whoever keeps them answers. Without one every id is taken, subnets are spread over
 * the zones in the order given, and no VPC is compared.
 */
export interface Network {
  subnet(scope: Scope, subnetId: string): Promise<Subnet | undefined>;
  hasVpc(scope: Scope, vpcId: string): Promise<boolean>;
  hasSecurityGroup(scope: Scope, groupId: string): Promise<boolean>;
}
