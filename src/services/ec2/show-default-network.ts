import type { SecurityGroup, Subnet, Vpc } from '@aws-sdk/client-ec2';
import type { DefaultNetwork, Zone } from './default-network.ts';

/** Of a /20: AWS keeps five addresses of every subnet. */
const FREE_ADDRESSES = 4091;

export const shownVpc = (network: DefaultNetwork): Vpc => ({
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

export const shownSubnet = (network: DefaultNetwork, zone: Zone): Subnet => ({
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

const everything = { IpProtocol: '-1', IpRanges: [], Ipv6Ranges: [], PrefixListIds: [], UserIdGroupPairs: [] };

/** Its members may reach each other; all may be reached from it. */
export const shownGroup = (network: DefaultNetwork): SecurityGroup => ({
  GroupId: network.securityGroupId,
  GroupName: 'default',
  Description: 'default VPC security group',
  OwnerId: network.account,
  VpcId: network.vpcId,
  SecurityGroupArn: `arn:aws:ec2:${network.region}:${network.account}:security-group/${network.securityGroupId}`,
  IpPermissions: [{ ...everything, UserIdGroupPairs: [{ GroupId: network.securityGroupId, UserId: network.account }] }],
  IpPermissionsEgress: [{ ...everything, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
});
