import type { SecurityGroup, Subnet, Vpc } from '@aws-sdk/client-ec2';
import type { Network } from '../../aws/network.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Scope } from '../../kernel/scope.ts';
import { defaultNetwork } from './default-network.ts';
import { givenIn, type GivenNetwork } from './given/given-network.ts';
import { shownGroup, shownSubnet, shownVpc } from './show-default-network.ts';

/** All networks of one account and region, as EC2 describes them. */
export interface Networks {
  readonly vpcs: readonly Vpc[];
  readonly subnets: readonly Subnet[];
  readonly securityGroups: readonly SecurityGroup[];
}

export type NetworksIn = (scope: Scope) => Networks;

/** The default network and, behind it, what was given. */
export const networksWith =
  (given: GivenNetwork): NetworksIn =>
  (scope) => {
    const network = defaultNetwork(scope);
    const more = givenIn(given, scope);
    return {
      vpcs: [shownVpc(network), ...more.vpcs],
      subnets: [...network.zones.map((zone) => shownSubnet(network, zone)), ...more.subnets],
      securityGroups: [shownGroup(network), ...more.securityGroups],
    };
  };

/** What other services ask about networks. The answer to their caller is AWS's; what can be done stands in the log. */
export function networkOf(networksIn: NetworksIn, logger: Logger): Network {
  const noted = <T>(found: T | undefined, kind: string, id: string): T | undefined => {
    if (!found)
      logger.warn(`no such ${kind} is here; start Teal with --network FILE to have those of an account`, { id });
    return found;
  };
  return {
    async subnet(scope, subnetId) {
      const found = networksIn(scope).subnets.find(({ SubnetId }) => SubnetId === subnetId);
      const { VpcId: vpcId = '', AvailabilityZone: zoneName = '' } = noted(found, 'subnet', subnetId) ?? {};
      return found && { vpcId, zoneName };
    },
    async hasVpc(scope, vpcId) {
      const found = networksIn(scope).vpcs.find(({ VpcId }) => VpcId === vpcId);
      return noted(found, 'VPC', vpcId) !== undefined;
    },
    async hasSecurityGroup(scope, groupId) {
      const found = networksIn(scope).securityGroups.find(({ GroupId }) => GroupId === groupId);
      return noted(found, 'security group', groupId) !== undefined;
    },
  };
}
