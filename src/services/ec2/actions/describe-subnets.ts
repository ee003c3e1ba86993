import type { DescribeSubnetsCommand, Subnet } from '@aws-sdk/client-ec2';
import type { Action } from '../../../wire/types.ts';
import { filtered, tagFields } from '../filters.ts';
import type { NetworksIn } from '../networks.ts';
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

export const describeSubnets =
  (networksIn: NetworksIn): Action<typeof DescribeSubnetsCommand> =>
  (input, ctx) => {
    const { subnets } = networksIn(ctx);
    const message = (id: string) => `The subnet ID '${id}' does not exist`;
    const named = requested(subnets, input.SubnetIds, ({ SubnetId }) => SubnetId, 'InvalidSubnetID.NotFound', message);
    return { Subnets: filtered(named, input.Filters, FILTERS, fieldsOf) };
  };

function fieldsOf(subnet: Subnet) {
  const zone = [subnet.AvailabilityZone ?? ''];
  const zoneId = [subnet.AvailabilityZoneId ?? ''];
  const cidr = [subnet.CidrBlock ?? ''];
  const isDefault = [String(subnet.DefaultForAz ?? false)];
  return {
    'availability-zone': zone,
    availabilityZone: zone,
    'availability-zone-id': zoneId,
    availabilityZoneId: zoneId,
    cidr,
    cidrBlock: cidr,
    'cidr-block': cidr,
    'default-for-az': isDefault,
    defaultForAz: isDefault,
    'map-public-ip-on-launch': [String(subnet.MapPublicIpOnLaunch ?? false)],
    'owner-id': [subnet.OwnerId ?? ''],
    state: [subnet.State ?? ''],
    'subnet-arn': [subnet.SubnetArn ?? ''],
    'subnet-id': [subnet.SubnetId ?? ''],
    'vpc-id': [subnet.VpcId ?? ''],
    ...tagFields(subnet.Tags),
  };
}
