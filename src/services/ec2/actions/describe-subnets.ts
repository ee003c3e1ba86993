import type { DescribeSubnetsCommand, Subnet } from '@aws-sdk/client-ec2';
import type { Action } from '../../../wire/types.ts';
import { defaultNetwork, type DefaultNetwork, type Zone } from '../default-network.ts';
import { filtered } from '../filters.ts';
import { requested } from '../requested.ts';

const FILTERS = [
  'availability-zone',
  'availabilityZone',
  'availability-zone-id',
  'availabilityZoneId',
  'cidr',
  'cidrBlock',
  'cidr-block',
  'default-for-az',
  'defaultForAz',
  'map-public-ip-on-launch',
  'owner-id',
  'state',
  'subnet-arn',
  'subnet-id',
  'vpc-id',
];

/** Of a /20: AWS keeps five addresses of every subnet. */
const FREE_ADDRESSES = 4091;

export const describeSubnets: Action<typeof DescribeSubnetsCommand> = (input, ctx) => {
  const network = defaultNetwork(ctx);
  const all = network.zones.map((zone) => shownSubnet(network, zone));
  const message = (id: string) => `The subnet ID '${id}' does not exist`;
  const named = requested(all, input.SubnetIds, (subnet) => subnet.SubnetId, 'InvalidSubnetID.NotFound', message);
  return { Subnets: filtered(named, input.Filters, FILTERS, fieldsOf) };
};

function fieldsOf(subnet: Subnet) {
  const zone = [subnet.AvailabilityZone ?? ''];
  const zoneId = [subnet.AvailabilityZoneId ?? ''];
  const cidr = [subnet.CidrBlock ?? ''];
  return {
    'availability-zone': zone,
    availabilityZone: zone,
    'availability-zone-id': zoneId,
    availabilityZoneId: zoneId,
    cidr,
    cidrBlock: cidr,
    'cidr-block': cidr,
    'default-for-az': ['true'],
    defaultForAz: ['true'],
    'map-public-ip-on-launch': ['true'],
    'owner-id': [subnet.OwnerId ?? ''],
    state: ['available'],
    'subnet-arn': [subnet.SubnetArn ?? ''],
    'subnet-id': [subnet.SubnetId ?? ''],
    'vpc-id': [subnet.VpcId ?? ''],
  };
}

const shownSubnet = (network: DefaultNetwork, zone: Zone): Subnet => ({
  SubnetId: zone.subnetId,
  SubnetArn: `arn:aws:ec2:${network.region}:${network.account}:subnet/${zone.subnetId}`,
  OwnerId: network.account,
  VpcId: network.vpcId,
  State: 'available',
  CidrBlock: zone.cidrBlock,
  AvailableIpAddressCount: FREE_ADDRESSES,
  AvailabilityZone: zone.name,
  AvailabilityZoneId: zone.id,
  DefaultForAz: true,
  MapPublicIpOnLaunch: true,
  MapCustomerOwnedIpOnLaunch: false,
  AssignIpv6AddressOnCreation: false,
  Ipv6Native: false,
  EnableDns64: false,
  Ipv6CidrBlockAssociationSet: [],
  PrivateDnsNameOptionsOnLaunch: {
    HostnameType: 'ip-name',
    EnableResourceNameDnsARecord: false,
    EnableResourceNameDnsAAAARecord: false,
  },
});
