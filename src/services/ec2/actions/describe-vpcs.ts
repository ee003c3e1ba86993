import type { DescribeVpcAttributeCommand, DescribeVpcsCommand, Vpc } from '@aws-sdk/client-ec2';
import type { Action } from '../../../wire/types.ts';
import { ApiError } from '../../../wire/api-error.ts';
import { defaultNetwork, type DefaultNetwork } from '../default-network.ts';
import { filtered } from '../filters.ts';
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

export const describeVpcs: Action<typeof DescribeVpcsCommand> = (input, ctx) => {
  const named = requested([shownVpc(defaultNetwork(ctx))], input.VpcIds, (vpc) => vpc.VpcId, ...NOT_FOUND);
  const Vpcs = filtered(named, input.Filters, FILTERS, (vpc) => {
    const cidr = [vpc.CidrBlock ?? ''];
    return {
      cidr,
      'cidr-block': cidr,
      'cidr-block-association.cidr-block': cidr,
      'cidr-block-association.state': ['associated'],
      'dhcp-options-id': [vpc.DhcpOptionsId ?? ''],
      'is-default': ['true'],
      isDefault: ['true'],
      'owner-id': [ctx.account],
      state: ['available'],
      'vpc-id': [vpc.VpcId ?? ''],
    };
  });
  return { Vpcs };
};

export const describeVpcAttribute: Action<typeof DescribeVpcAttributeCommand> = (input, ctx) => {
  requested([defaultNetwork(ctx)], [input.VpcId], (network) => network.vpcId, ...NOT_FOUND);
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

const shownVpc = (network: DefaultNetwork): Vpc => ({
  VpcId: network.vpcId,
  OwnerId: network.account,
  State: 'available',
  CidrBlock: network.cidrBlock,
  CidrBlockAssociationSet: [
    {
      AssociationId: network.vpcId.replace('vpc-', 'vpc-cidr-assoc-'),
      CidrBlock: network.cidrBlock,
      CidrBlockState: { State: 'associated' },
    },
  ],
  DhcpOptionsId: network.dhcpOptionsId,
  InstanceTenancy: 'default',
  IsDefault: true,
});
