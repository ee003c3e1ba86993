import type { DescribeVpcAttributeCommand, DescribeVpcsCommand, Vpc } from '@aws-sdk/client-ec2';
import type { Action } from '../../../wire/types.ts';
import { ApiError } from '../../../wire/api-error.ts';
import { filtered, tagFields } from '../filters.ts';
import type { NetworksIn } from '../networks.ts';
import { requested } from '../requested.ts';

const FILTERS = [
  'cidr',
  'cidr-block',
  'cidr-block-association.cidr-block',
  'cidr-block-association.state',
  'dhcp-options-id',
  'is-default',
  'isDefault',
  'owner-id',
  'state',
  'vpc-id',
];

export const describeVpcs =
  (networksIn: NetworksIn): Action<typeof DescribeVpcsCommand> =>
  (input, ctx) => {
    const named = requested(networksIn(ctx).vpcs, input.VpcIds, ({ VpcId }) => VpcId, ...NOT_FOUND);
    return { Vpcs: filtered(named, input.Filters, FILTERS, fieldsOf) };
  };

function fieldsOf(vpc: Vpc) {
  const cidr = vpc.CidrBlock === undefined ? [] : [vpc.CidrBlock];
  const blocks = vpc.CidrBlockAssociationSet ?? [];
  const isDefault = [String(vpc.IsDefault ?? false)];
  return {
    cidr,
    'cidr-block': cidr,
    'cidr-block-association.cidr-block': blocks.map(({ CidrBlock = '' }) => CidrBlock),
    'cidr-block-association.state': blocks.map(({ CidrBlockState }) => CidrBlockState?.State ?? ''),
    'dhcp-options-id': [vpc.DhcpOptionsId ?? ''],
    'is-default': isDefault,
    isDefault,
    'owner-id': [vpc.OwnerId ?? ''],
    state: [vpc.State ?? ''],
    'vpc-id': [vpc.VpcId ?? ''],
    ...tagFields(vpc.Tags),
  };
}

export const describeVpcAttribute =
  (networksIn: NetworksIn): Action<typeof DescribeVpcAttributeCommand> =>
  (input, ctx) => {
    requested(networksIn(ctx).vpcs, [input.VpcId], ({ VpcId }) => VpcId, ...NOT_FOUND);
    switch (input.Attribute) {
      case 'enableDnsSupport':
        return { VpcId: input.VpcId, EnableDnsSupport: { Value: true } };
      case 'enableDnsHostnames':
        return { VpcId: input.VpcId, EnableDnsHostnames: { Value: true } };
      case 'enableNetworkAddressUsageMetrics':
        return { VpcId: input.VpcId, EnableNetworkAddressUsageMetrics: { Value: false } };
      default:
        throw new ApiError(
          'InvalidParameterValue',
          `Value (${String(input.Attribute)}) for parameter attribute is invalid. Unknown attribute.`,
        );
    }
  };

const NOT_FOUND = ['InvalidVpcID.NotFound', (id: string) => `The vpc ID '${id}' does not exist`] as const;
