import type { SecurityGroup, Subnet, Vpc } from '@aws-sdk/client-ec2';
import { readFileSync } from 'node:fs';
import { regionOf, type GivenNetwork } from './given-network.ts';

export interface GivenFile {
  /** For what is said of it. */
  readonly name: string;
  readonly text: string;
}

/**
 * Reads what `aws ec2 describe-subnets`, `describe-security-groups` and `describe-vpcs` print as JSON, in one file or in
 * several. A VPC of which only subnets or groups are told is there too.
 *
 * @throws Error that names the file and what is wrong with it
 */
export function parseGiven(files: readonly GivenFile[]): GivenNetwork {
  const parts = files.map(parseFile);
  const vpcs = parts.flatMap((part) => part.vpcs);
  const subnets = parts.flatMap((part) => part.subnets);
  const securityGroups = parts.flatMap((part) => part.securityGroups);
  const known = new Set(vpcs.map(({ VpcId }) => VpcId));
  const others = new Set([...subnets, ...securityGroups].flatMap(({ VpcId }) => VpcId ?? []));
  const bare = [...others].filter((id) => !known.has(id)).map((VpcId): Vpc => ({ VpcId, State: 'available' }));
  return { vpcs: [...vpcs, ...bare], subnets, securityGroups };
}

/** @throws Error that names a file that cannot be read or understood */
export const readGiven = (paths: readonly string[]): GivenNetwork =>
  parseGiven(paths.map((path) => ({ name: path, text: readText(path) })));

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new Error(`the network in ${path} cannot be read: ${cause instanceof Error ? cause.message : ''}`, { cause });
  }
}

const ID = { VpcId: /^vpc-[0-9a-f]{8,17}$/, SubnetId: /^subnet-[0-9a-f]{8,17}$/, GroupId: /^sg-[0-9a-f]{8,17}$/ };

const MEMBERS = ['Vpcs', 'Subnets', 'SecurityGroups'];

function parseFile({ name, text }: GivenFile): GivenNetwork {
  const wrong = (what: string): Error =>
    new Error(
      `the network in ${name} ${what}; give it what \`aws ec2 describe-subnets\`, \`describe-security-groups\` or \`describe-vpcs\` prints with \`--output json\``,
    );
  const given = parseObject(text);
  if (!given) throw wrong('is no JSON object');
  if (!MEMBERS.some((member) => member in given)) throw wrong('has no Vpcs, Subnets or SecurityGroups');
  const list = <T>(member: string, idMember: keyof typeof ID): T[] => {
    const all = given[member] ?? [];
    if (!Array.isArray(all)) throw wrong(`has ${member} that are no list`);
    for (const one of all as Record<string, unknown>[])
      if (typeof one?.[idMember] !== 'string' || !ID[idMember].test(one[idMember]))
        throw wrong(`has one of ${member} whose ${idMember} is ${JSON.stringify(one?.[idMember])}`);
    return all as T[];
  };
  const subnets = list<Subnet>('Subnets', 'SubnetId');
  for (const { SubnetId, VpcId, AvailabilityZone } of subnets) {
    if (!ID.VpcId.test(VpcId ?? '')) throw wrong(`says of ${SubnetId} no VpcId`);
    if (regionOf(AvailabilityZone) === undefined) throw wrong(`says of ${SubnetId} no AvailabilityZone`);
  }
  const vpcs = list<Vpc>('Vpcs', 'VpcId');
  return { vpcs, subnets, securityGroups: list<SecurityGroup>('SecurityGroups', 'GroupId') };
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
