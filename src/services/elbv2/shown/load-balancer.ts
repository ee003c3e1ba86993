import type { LoadBalancer } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { LoadBalancerRecord } from '../records.ts';

/** The hosted zone of us-east-1; nothing local looks it up. */
const HOSTED_ZONE = 'Z35SXDOTRQ7X7K';

/** A load balancer as AWS shows it. Source: platform spec 10.3 and recordings. */
export const shownLoadBalancer = (record: LoadBalancerRecord, state: 'provisioning' | 'active'): LoadBalancer => ({
  LoadBalancerArn: record.arn,
  DNSName: record.dnsName,
  CanonicalHostedZoneId: HOSTED_ZONE,
  CreatedTime: new Date(record.createdAt),
  LoadBalancerName: record.name,
  Scheme: record.scheme,
  ...(record.vpcId !== undefined && { VpcId: record.vpcId }),
  State: { Code: state },
  Type: 'application',
  AvailabilityZones: shownZones(record),
  SecurityGroups: [...record.securityGroups],
  IpAddressType: record.ipAddressType ?? 'ipv4',
  EnablePrefixForIpv6SourceNat: 'off',
});

export const shownZones = (record: LoadBalancerRecord) =>
  record.zones.map(({ zoneName, subnetId }) => ({ ZoneName: zoneName, SubnetId: subnetId, LoadBalancerAddresses: [] }));
