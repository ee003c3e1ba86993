import type * as Ec2Sdk from '@aws-sdk/client-ec2';
import type { Network } from '../../aws/network.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Actions, Service } from '../../wire/types.ts';
import { describeAccountAttributes, describeAvailabilityZones, describeRegions } from './actions/describe-places.ts';
import { describeInternetGateways, describeRouteTables } from './actions/describe-routes.ts';
import { describeSecurityGroups } from './actions/describe-security-groups.ts';
import { describeSubnets } from './actions/describe-subnets.ts';
import { describeVpcAttribute, describeVpcs } from './actions/describe-vpcs.ts';
import type { GivenNetwork } from './given/given-network.ts';
import { networkOf, networksWith, type NetworksIn } from './networks.ts';

/*
 * EC2: the default network that every account has in every region, to read: a VPC, three subnets, a security group, a
 * route table, an internet gateway; and networks that Teal was given when it started. Nothing is stored: the ids of the
 * default network follow from the account and the region.
 *
 * Not served: making, changing or tagging anything; instances; network interfaces; routes of networks that were given.
 * Security groups are not enforced. Answers are never split into pages.
 */
export interface Ec2Service extends Service {
  /** For the services that name subnets, VPCs and security groups. */
  readonly network: Network;
}

export function ec2({ given, logger }: { readonly given: GivenNetwork; readonly logger: Logger }): Ec2Service {
  const networksIn = networksWith(given);
  return {
    name: 'ec2',
    actions: actionsOf(networksIn),
    network: networkOf(networksIn, logger),
    start: async () => undefined,
    close: async () => undefined,
  };
}

const actionsOf = (networksIn: NetworksIn) =>
  ({
    DescribeAccountAttributes: describeAccountAttributes,
    DescribeAvailabilityZones: describeAvailabilityZones,
    DescribeInternetGateways: describeInternetGateways,
    DescribeRegions: describeRegions,
    DescribeRouteTables: describeRouteTables,
    DescribeSecurityGroups: describeSecurityGroups(networksIn),
    DescribeSubnets: describeSubnets(networksIn),
    DescribeVpcAttribute: describeVpcAttribute(networksIn),
    DescribeVpcs: describeVpcs(networksIn),
  }) satisfies Actions<typeof Ec2Sdk>;
