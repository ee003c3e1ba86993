import type { SecurityGroup, Subnet, Vpc } from '@aws-sdk/client-ec2';
import type { Scope } from '../../../kernel/scope.ts';

/**
 * Networks of a real account, so that subnets and security groups that a service or an AppSpec names exist here too.
 * They are in every account, in the region that they are in; no VPC of them is the default one.
 */
export interface GivenNetwork {
  readonly vpcs: readonly Vpc[];
  readonly subnets: readonly Subnet[];
  readonly securityGroups: readonly SecurityGroup[];
}

/** What there is of it in one account and region. */
export function givenIn(given: GivenNetwork, { account, region }: Scope): GivenNetwork {
  const regions = regionsOfVpcs(given);
  const isHere = (place: string | undefined): boolean => place === undefined || place === region;
  const own = { OwnerId: account };
  return {
    vpcs: given.vpcs
      .filter(({ VpcId }) => isHere(regions.get(VpcId ?? '')))
      .map((vpc) => ({ ...vpc, ...own, IsDefault: false })),
    subnets: given.subnets
      .filter(({ AvailabilityZone }) => isHere(regionOf(AvailabilityZone)))
      .map((subnet) => ({ ...subnet, ...own, ...inAccount(subnet, 'SubnetArn', account), DefaultForAz: false })),
    securityGroups: given.securityGroups
      .filter(({ VpcId, SecurityGroupArn }) => isHere(SecurityGroupArn?.split(':')[3] ?? regions.get(VpcId ?? '')))
      .map((group) => ({ ...group, ...own, ...inAccount(group, 'SecurityGroupArn', account) })),
  };
}

/** The region of a zone, local ones included: `us-west-2` of `us-west-2-lax-1a`. */
export const regionOf = (zone: string | undefined): string | undefined =>
  /^[a-z]+(?:-[a-z]+)+-\d+/.exec(zone ?? '')?.[0];

const regionsOfVpcs = ({ subnets }: GivenNetwork): ReadonlyMap<string, string | undefined> =>
  new Map(subnets.map(({ VpcId = '', AvailabilityZone }) => [VpcId, regionOf(AvailabilityZone)]));

function inAccount<K extends string>(thing: { readonly [key in K]?: string | undefined }, member: K, account: string) {
  const arn = thing[member]?.split(':');
  return arn ? { [member]: [...arn.slice(0, 4), account, ...arn.slice(5)].join(':') } : {};
}
