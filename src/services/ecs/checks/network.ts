import type { NetworkConfiguration } from '@aws-sdk/client-ecs';
import type { Network, Subnet } from '../../../aws/network.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { invalidParameter } from '../faults.ts';
import { firstZone, type TaskSubnet } from '../records/task-subnet.ts';
import { networkModeOf, type Definition } from '../records/task-definition.ts';

/** Fits a network configuration to a definition. Source: spec, CreateService. @throws {InvalidParameterException} */
export function checkNetwork(network: NetworkConfiguration | undefined, definition: Definition): void {
  const vpc = network?.awsvpcConfiguration;
  const isAwsvpc = networkModeOf(definition) === 'awsvpc';
  if (isAwsvpc && !vpc)
    throw invalidParameter("Network Configuration must be provided when networkMode 'awsvpc' is specified.");
  if (!isAwsvpc && vpc)
    throw invalidParameter('Network Configuration is not valid for the given networkMode of this task definition.');
  if (!vpc) return;
  if (!vpc.subnets?.length) throw invalidParameter('subnets can not be empty.');
  if (vpc.subnets.length > 16) throw invalidParameter('subnets can have at most 16 items.');
  if ((vpc.securityGroups ?? []).length > 5) throw invalidParameter('securityGroups can have at most 5 items.');
}

/**
 * Looks up the subnets and security groups of a network configuration.
 *
 * @throws {InvalidParameterException} for one that is not there; the words for security groups are assumed
 */
export async function lookUpNetwork(
  network: Network | undefined,
  scope: Scope,
  configuration: NetworkConfiguration | undefined,
): Promise<void> {
  const { subnets = [], securityGroups = [] } = configuration?.awsvpcConfiguration ?? {};
  if (!network) return;
  for (const id of subnets)
    if (!(await network.subnet(scope, id)))
      throw invalidParameter(
        `Error retrieving subnet information for [${subnets.join(', ')}]: The subnet ID '${id}' does not exist (ErrorCode: InvalidSubnetID.NotFound).`,
      );
  for (const id of securityGroups)
    if (!(await network.hasSecurityGroup(scope, id)))
      throw invalidParameter(
        `Error retrieving security group information for [${securityGroups.join(', ')}]: The security group '${id}' does not exist (ErrorCode: InvalidGroup.NotFound).`,
      );
}

/** The subnets that tasks may be in, each with its zone; those that nobody knows are in the first zone. */
export async function subnetsOf(
  network: Network | undefined,
  scope: Scope,
  configuration: NetworkConfiguration | undefined,
): Promise<readonly TaskSubnet[]> {
  const ids = configuration?.awsvpcConfiguration?.subnets ?? [];
  const zoneOf = async (id: string): Promise<Subnet['zoneName']> =>
    (await network?.subnet(scope, id))?.zoneName ?? firstZone(scope);
  return Promise.all(ids.map(async (subnetId) => ({ subnetId, zoneName: await zoneOf(subnetId) })));
}
