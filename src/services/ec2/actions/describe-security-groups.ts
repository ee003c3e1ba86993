import type { DescribeSecurityGroupsCommand, SecurityGroup } from '@aws-sdk/client-ec2';
import type { Action } from '../../../wire/types.ts';
import { defaultNetwork, type DefaultNetwork } from '../default-network.ts';
import { filtered } from '../filters.ts';
import { requested } from '../requested.ts';

const FILTERS = [
  'description',
  'egress.ip-permission.cidr',
  'egress.ip-permission.protocol',
  'group-id',
  'group-name',
  'ip-permission.group-id',
  'ip-permission.protocol',
  'ip-permission.user-id',
  'owner-id',
  'vpc-id',
];

export const describeSecurityGroups: Action<typeof DescribeSecurityGroupsCommand> = (input, ctx) => {
  const message = (id: string) => `The security group '${id}' does not exist`;
  const all = [shownGroup(defaultNetwork(ctx))];
  const byId = requested(all, input.GroupIds, (group) => group.GroupId, 'InvalidGroup.NotFound', message);
  const named = requested(byId, input.GroupNames, (group) => group.GroupName, 'InvalidGroup.NotFound', message);
  return { SecurityGroups: filtered(named, input.Filters, FILTERS, fieldsOf) };
};

const fieldsOf = (group: SecurityGroup) => ({
  description: [group.Description ?? ''],
  'egress.ip-permission.cidr': ['0.0.0.0/0'],
  'egress.ip-permission.protocol': ['-1'],
  'group-id': [group.GroupId ?? ''],
  'group-name': [group.GroupName ?? ''],
  'ip-permission.group-id': [group.GroupId ?? ''],
  'ip-permission.protocol': ['-1'],
  'ip-permission.user-id': [group.OwnerId ?? ''],
  'owner-id': [group.OwnerId ?? ''],
  'vpc-id': [group.VpcId ?? ''],
});

const everything = { IpProtocol: '-1', IpRanges: [], Ipv6Ranges: [], PrefixListIds: [], UserIdGroupPairs: [] };

/** Its members may reach each other; all may be reached from it. */
const shownGroup = (network: DefaultNetwork): SecurityGroup => ({
  GroupId: network.securityGroupId,
  GroupName: 'default',
  Description: 'default VPC security group',
  OwnerId: network.account,
  VpcId: network.vpcId,
  SecurityGroupArn: `arn:aws:ec2:${network.region}:${network.account}:security-group/${network.securityGroupId}`,
  IpPermissions: [{ ...everything, UserIdGroupPairs: [{ GroupId: network.securityGroupId, UserId: network.account }] }],
  IpPermissionsEgress: [{ ...everything, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
});
