import { createHash } from 'node:crypto';
import type { Scope } from '../../kernel/scope.ts';

/** The network that every account has in every region. Its ids follow from the account and the region. */
export interface DefaultNetwork extends Scope {
  readonly vpcId: string;
  readonly cidrBlock: string;
  readonly dhcpOptionsId: string;
  readonly securityGroupId: string;
  readonly routeTableId: string;
  readonly internetGatewayId: string;
  readonly zones: readonly Zone[];
}

/** An availability zone and its default subnet. */
export interface Zone {
  /** `us-east-1a`. */
  readonly name: string;
  /** `use1-az1`. */
  readonly id: string;
  /** Counted from 1. */
  readonly number: number;
  readonly subnetId: string;
  readonly cidrBlock: string;
}

export function defaultNetwork({ account, region }: Scope): DefaultNetwork {
  const id = (prefix: string, which = ''): string =>
    `${prefix}-${createHash('sha256').update(`${account} ${region} ${prefix}${which}`).digest('hex').slice(0, 17)}`;
  return {
    account,
    region,
    vpcId: id('vpc'),
    cidrBlock: '172.31.0.0/16',
    dhcpOptionsId: id('dopt'),
    securityGroupId: id('sg'),
    routeTableId: id('rtb'),
    internetGatewayId: id('igw'),
    zones: ['a', 'b', 'c'].map((letter, index) => ({
      name: `${region}${letter}`,
      id: `${shortRegion(region)}-az${index + 1}`,
      number: index + 1,
      subnetId: id('subnet', letter),
      cidrBlock: `172.31.${index * 16}.0/20`,
    })),
  };
}

/** `use1` of `us-east-1`, `apse2` of `ap-southeast-2`, as in AWS's zone ids. */
const shortRegion = (region: string): string =>
  region.replace(/north|south|east|west|central/g, (word) => word.slice(0, 1)).replaceAll('-', '');
