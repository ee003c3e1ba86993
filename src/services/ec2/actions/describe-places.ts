import type {
  AvailabilityZone,
  DescribeAccountAttributesCommand,
  DescribeAvailabilityZonesCommand,
  DescribeRegionsCommand,
} from '@aws-sdk/client-ec2';
import { ApiError } from '../../../wire/api-error.ts';
import type { Action } from '../../../wire/types.ts';
import { defaultNetwork, type DefaultNetwork, type Zone } from '../default-network.ts';
import { filtered } from '../filters.ts';
import { requested } from '../requested.ts';

const ZONE_FILTERS = [
  'group-name',
  'message',
  'opt-in-status',
  'parent-zone-id',
  'parent-zone-name',
  'region-name',
  'state',
  'zone-id',
  'zone-name',
  'zone-type',
];

/** Those that are on in every account. Teal serves any region by name; these are told of. */
const REGIONS =
  'us-east-1 us-east-2 us-west-1 us-west-2 ca-central-1 sa-east-1 eu-west-1 eu-west-2 eu-west-3 eu-central-1 eu-north-1 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-southeast-1 ap-southeast-2'.split(
    ' ',
  );

export const describeAvailabilityZones: Action<typeof DescribeAvailabilityZonesCommand> = (input, ctx) => {
  const network = defaultNetwork(ctx);
  const all = network.zones.map((zone) => shownZone(network, zone));
  const message = (id: string) => `Invalid availability zone: [${id}]`;
  const byName = requested(all, input.ZoneNames, (zone) => zone.ZoneName, 'InvalidParameterValue', message);
  const named = requested(byName, input.ZoneIds, (zone) => zone.ZoneId, 'InvalidParameterValue', message);
  const AvailabilityZones = filtered(named, input.Filters, ZONE_FILTERS, (zone) => ({
    'group-name': [zone.GroupName ?? ''],
    'opt-in-status': ['opt-in-not-required'],
    'region-name': [network.region],
    state: ['available'],
    'zone-id': [zone.ZoneId ?? ''],
    'zone-name': [zone.ZoneName ?? ''],
    'zone-type': ['availability-zone'],
  }));
  return { AvailabilityZones };
};

export const describeRegions: Action<typeof DescribeRegionsCommand> = (input, ctx) => {
  const all = [...new Set([...REGIONS, ctx.region])];
  for (const name of input.RegionNames ?? []) {
    if (!all.includes(name)) throw new ApiError('InvalidParameterValue', `Invalid region: ${name}`);
  }
  const named = all.filter((name) => !input.RegionNames?.length || input.RegionNames.includes(name));
  const found = filtered(named, input.Filters, ['endpoint', 'opt-in-status', 'region-name'], (name) => ({
    endpoint: [endpointOf(name)],
    'opt-in-status': ['opt-in-not-required'],
    'region-name': [name],
  }));
  return {
    Regions: found.map((name) => ({
      RegionName: name,
      Endpoint: endpointOf(name),
      OptInStatus: 'opt-in-not-required',
    })),
  };
};

export const describeAccountAttributes: Action<typeof DescribeAccountAttributesCommand> = (input, ctx) => {
  const values: Record<string, string[]> = {
    'supported-platforms': ['VPC'],
    'default-vpc': [defaultNetwork(ctx).vpcId],
    'max-instances': ['20'],
    'vpc-max-security-groups-per-interface': ['5'],
    'max-elastic-ips': ['5'],
    'vpc-max-elastic-ips': ['5'],
  };
  const wanted: readonly string[] = input.AttributeNames?.length ? input.AttributeNames : Object.keys(values);
  return {
    AccountAttributes: wanted.map((AttributeName) => {
      if (!Object.hasOwn(values, AttributeName)) {
        throw new ApiError('InvalidParameterValue', `Value (${AttributeName}) for parameter attributeName is invalid.`);
      }
      return { AttributeName, AttributeValues: values[AttributeName]?.map((AttributeValue) => ({ AttributeValue })) };
    }),
  };
};

const endpointOf = (region: string): string => `ec2.${region}.amazonaws.com`;

const shownZone = ({ region }: DefaultNetwork, zone: Zone): AvailabilityZone => ({
  ZoneName: zone.name,
  ZoneId: zone.id,
  ZoneType: 'availability-zone',
  RegionName: region,
  GroupName: `${region}-zg-1`,
  NetworkBorderGroup: region,
  OptInStatus: 'opt-in-not-required',
  State: 'available',
  Messages: [],
});
