import type * as Ec2Sdk from '@aws-sdk/client-ec2';
import type { Actions, Service } from '../../wire/types.ts';
import { describeAccountAttributes, describeAvailabilityZones, describeRegions } from './actions/describe-places.ts';
import { describeInternetGateways, describeRouteTables } from './actions/describe-routes.ts';
import { describeSecurityGroups } from './actions/describe-security-groups.ts';
import { describeSubnets } from './actions/describe-subnets.ts';
import { describeVpcAttribute, describeVpcs } from './actions/describe-vpcs.ts';

/*
 * EC2: the default network that every account has in every region, to read: a VPC, three subnets, a security group, a
 * route table, an internet gateway. Nothing is stored: all ids follow from the account and the region.
 *
 * Not served: making, changing or tagging anything; instances; network interfaces. Security groups are not enforced.
 * Answers are never split into pages: there are at most three of a thing.
 */
export function ec2(): Service {
  return { name: 'ec2', actions, start: async () => undefined, close: async () => undefined };
}

const actions = {
  DescribeAccountAttributes: describeAccountAttributes,
  DescribeAvailabilityZones: describeAvailabilityZones,
  DescribeInternetGateways: describeInternetGateways,
  DescribeRegions: describeRegions,
  DescribeRouteTables: describeRouteTables,
  DescribeSecurityGroups: describeSecurityGroups,
  DescribeSubnets: describeSubnets,
  DescribeVpcAttribute: describeVpcAttribute,
  DescribeVpcs: describeVpcs,
} satisfies Actions<typeof Ec2Sdk>;
