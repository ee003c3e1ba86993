import type { Scope } from '../kernel/scope.ts';

export interface Subnet {
  readonly vpcId: string;
  /** Such as `us-east-1a`. */
  readonly zoneName: string;
}

/**
 * What services ask about VPCs; whoever keeps them answers. A service without one takes every id, and compares no VPCs.
 */
export interface Network {
  subnet(scope: Scope, subnetId: string): Promise<Subnet | undefined>;
  hasVpc(scope: Scope, vpcId: string): Promise<boolean>;
  hasSecurityGroup(scope: Scope, groupId: string): Promise<boolean>;
}
