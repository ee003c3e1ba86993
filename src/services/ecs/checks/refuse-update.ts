import type { NetworkConfiguration, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import { isDeepStrictEqual } from 'node:util';
import type { ActionInput } from '../../../wire/types.ts';
import { invalidParameter } from '../faults.ts';
import { resolvedPlatform } from '../records/placement.ts';
import type { ServiceRecord } from '../records/service.ts';
import { daemonHasNoCount } from './service-input.ts';

type Input = ActionInput<typeof UpdateServiceCommand>;

/**
 * Refuses what belongs to whoever deploys the service. A value equal to the current one is no change, since clients
 * resend what they read. Source: spec, §5.3; the words for EXTERNAL are assumed.
 *
 * @param taskDefinition - the ARN of the one that was given
 */
export function refuseUpdate(input: Input, service: ServiceRecord, taskDefinition: string | undefined): void {
  if (service.schedulingStrategy === 'DAEMON' && input.desiredCount !== undefined) throw daemonHasNoCount();
  if (service.controller === 'ECS') return refuseUnforced(input, service);
  const use = {
    CODE_DEPLOY:
      'on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment.',
    EXTERNAL: 'on services with an EXTERNAL deployment controller. Create a task set to trigger a new deployment.',
  }[service.controller];
  if (taskDefinition !== undefined && taskDefinition !== service.taskDefinition)
    throw invalidParameter(`Unable to update task definition ${use}`);
  if (input.networkConfiguration && !isSameNetwork(input.networkConfiguration, service.networkConfiguration))
    throw invalidParameter(`Unable to update network parameters ${use}`);
  if (input.loadBalancers && !isSame(input.loadBalancers, service.loadBalancers))
    throw invalidParameter(`Unable to update load balancers ${use}`);
  if (input.platformVersion && !isSamePlatform(input.platformVersion, service.platformVersion))
    throw invalidParameter(`Unable to update platform version ${use}`);
  if (input.forceNewDeployment) throw invalidParameter(`Cannot force a new deployment ${use}`);
  refuseUnforced(input, service);
}

/** The version may be given as the service shows it, or as its task sets do. */
const isSamePlatform = (given: string, current: string | undefined): boolean =>
  given === (current ?? 'LATEST') || given === resolvedPlatform(current);

function refuseUnforced({ capacityProviderStrategy, forceNewDeployment }: Input, service: ServiceRecord): void {
  if (capacityProviderStrategy === undefined || forceNewDeployment) return;
  if (isSame(capacityProviderStrategy, service.capacityProviderStrategy ?? [])) return;
  throw invalidParameter(
    'When switching from launch type to capacity provider strategy on an existing service, or making a change to a capacity provider strategy on a service that is already using one, you must force a new deployment.',
  );
}

/** Whatever the order of its lists; what is left out is what AWS takes for it. */
export function isSameNetwork(
  given: NetworkConfiguration | undefined,
  current: NetworkConfiguration | undefined,
): boolean {
  const filled = ({ awsvpcConfiguration: vpc }: NetworkConfiguration = {}) => ({
    subnets: [...(vpc?.subnets ?? [])].sort(),
    securityGroups: [...(vpc?.securityGroups ?? [])].sort(),
    assignPublicIp: vpc?.assignPublicIp ?? 'DISABLED',
  });
  return isDeepStrictEqual(filled(given), filled(current));
}

/** Members that are `undefined` are the same as those that are not there. */
export const isSame = (a: unknown, b: unknown): boolean => isDeepStrictEqual(plain(a), plain(b));

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));
