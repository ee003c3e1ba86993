import type { DescribeSecurityGroupsCommand, IpPermission, SecurityGroup } from '@aws-sdk/client-ec2';
import type { Action } from '../../../wire/types.ts';
import { filtered, tagFields } from '../filters.ts';
import type { NetworksIn } from '../networks.ts';
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

export const describeSecurityGroups =
  (networksIn: NetworksIn): Action<typeof DescribeSecurityGroupsCommand> =>
  (input, ctx) => {
    const message = (id: string) => `The security group '${id}' does not exist`;
    const { securityGroups: all } = networksIn(ctx);
    const byId = requested(all, input.GroupIds, ({ GroupId }) => GroupId, 'InvalidGroup.NotFound', message);
    const named = requested(byId, input.GroupNames, ({ GroupName }) => GroupName, 'InvalidGroup.NotFound', message);
    return { SecurityGroups: filtered(named, input.Filters, FILTERS, fieldsOf) };
  };

function fieldsOf(group: SecurityGroup) {
  const [ingress, egress] = [group.IpPermissions ?? [], group.IpPermissionsEgress ?? []];
  const pairs = ingress.flatMap(({ UserIdGroupPairs = [] }) => UserIdGroupPairs);
  const protocols = (rules: readonly IpPermission[]) => rules.map(({ IpProtocol = '' }) => IpProtocol);
  return {
    description: [group.Description ?? ''],
    'egress.ip-permission.cidr': egress.flatMap(({ IpRanges = [] }) => IpRanges.map(({ CidrIp = '' }) => CidrIp)),
    'egress.ip-permission.protocol': protocols(egress),
    'group-id': [group.GroupId ?? ''],
    'group-name': [group.GroupName ?? ''],
    'ip-permission.group-id': pairs.map(({ GroupId = '' }) => GroupId),
    'ip-permission.protocol': protocols(ingress),
    'ip-permission.user-id': pairs.map(({ UserId = '' }) => UserId),
    'owner-id': [group.OwnerId ?? ''],
    'vpc-id': [group.VpcId ?? ''],
    ...tagFields(group.Tags),
  };
}
