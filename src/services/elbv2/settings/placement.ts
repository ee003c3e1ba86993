import {
  InvalidConfigurationRequestException,
  SubnetNotFoundException,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Scope } from '../../../kernel/scope.ts';
import { fault } from '../../../wire/api-error.ts';
import { validationError } from '../faults.ts';
import type { Network } from '../../../aws/network.ts';
import type { Zone } from '../records.ts';

export interface Placement {
  readonly zones: readonly Zone[];
  readonly vpcId?: string;
}

interface SubnetInput {
  readonly Subnets?: readonly string[] | undefined;
  readonly SubnetMappings?: readonly { readonly SubnetId?: string | undefined }[] | undefined;
}

/** The zones and VPC of the subnets that a client names. @throws modelled exceptions in AWS's words */
export async function placement(network: Network | undefined, scope: Scope, input: SubnetInput): Promise<Placement> {
  if (input.Subnets?.length && input.SubnetMappings?.length)
    throw validationError('You can specify either subnets or subnet mappings, not both');
  const ids = input.Subnets?.length ? input.Subnets : (input.SubnetMappings ?? []).map((one) => one.SubnetId ?? '');
  if (ids.length < 2)
    throw validationError('At least two subnets in two different Availability Zones must be specified');
  const found = await Promise.all(ids.map((id, index) => findSubnet(network, scope, id, index)));
  if (new Set(ids).size < ids.length || new Set(found.map((subnet) => subnet.zoneName)).size < found.length)
    throw fault(
      InvalidConfigurationRequestException,
      'A load balancer cannot be attached to multiple subnets in the same Availability Zone',
    );
  if (new Set(found.map((subnet) => subnet.vpcId)).size > 1)
    throw fault(InvalidConfigurationRequestException, 'All subnets must belong to the same VPC');
  const vpcId = found[0]?.vpcId;
  return {
    zones: found.map(({ zoneName }, index) => ({ zoneName, subnetId: ids[index] ?? '' })),
    ...(vpcId !== undefined && { vpcId }),
  };
}

async function findSubnet(
  network: Network | undefined,
  scope: Scope,
  id: string,
  index: number,
): Promise<{ readonly zoneName: string; readonly vpcId?: string }> {
  const wellFormed = /^subnet-[0-9a-f]{8,17}$/.test(id);
  if (wellFormed && !network) return { zoneName: `${scope.region}${'abcdef'[index] ?? `-${index}`}` };
  const subnet = wellFormed ? await network?.subnet(scope, id) : undefined;
  if (!subnet) throw fault(SubnetNotFoundException, `The subnet ID '${id}' does not exist`);
  return subnet;
}
