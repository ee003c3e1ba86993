import type { CapacityProviderStrategyItem } from '@aws-sdk/client-ecs';
import type { Scope } from '../../../kernel/scope.ts';
import { lastPart, nameFrom } from '../arns.ts';
import { invalidParameter } from '../faults.ts';
import type { ClusterRecord } from '../records/cluster.ts';

/** The providers that every account has; clusters choose among them. */
export const BUILT_IN = ['FARGATE', 'FARGATE_SPOT'] as const;

const MOST = 20;

/** Both lists of a cluster, by name. @throws {InvalidParameterException} for a provider that is none, or a bad strategy */
export function checkCapacity(
  scope: Scope,
  given: readonly string[],
  defaultCapacityProviderStrategy: readonly CapacityProviderStrategyItem[],
): Pick<ClusterRecord, 'capacityProviders' | 'defaultCapacityProviderStrategy'> {
  const capacityProviders = given.map((one) => lastPart(nameFrom(scope, 'capacity-provider', one)));
  for (const one of capacityProviders)
    if (!BUILT_IN.some((known) => known === one))
      throw invalidParameter('The specified capacity provider was not found. Specify a valid name and try again.');
  checkStrategy(defaultCapacityProviderStrategy, { capacityProviders });
  return { capacityProviders, defaultCapacityProviderStrategy };
}

/**
 * A strategy that a cluster can follow. Source of the rules: ECS API Reference, CapacityProviderStrategyItem; the words
 * of all but the association are assumed.
 *
 * @throws {InvalidParameterException}
 */
export function checkStrategy(
  strategy: readonly CapacityProviderStrategyItem[] | undefined,
  { capacityProviders }: Pick<ClusterRecord, 'capacityProviders'>,
): void {
  if (!strategy?.length) return;
  if (strategy.length > MOST)
    throw invalidParameter(`A capacity provider strategy can contain a maximum of ${MOST} capacity providers.`);
  const names = strategy.map(({ capacityProvider = '' }) => capacityProvider);
  if (new Set(names).size < names.length)
    throw invalidParameter('A capacity provider strategy cannot contain a capacity provider twice.');
  if (names.some((name) => !capacityProviders.includes(name)))
    throw invalidParameter(
      'The specified capacity provider strategy cannot contain a capacity provider that is not associated with the cluster. Associate the capacity provider with the cluster and try again.',
    );
  if (strategy.filter(({ base = 0 }) => base > 0).length > 1)
    throw invalidParameter('Only one capacity provider in a capacity provider strategy can have a base defined.');
  // A single provider without a weight has the weight 1 in practice, as the console sends none.
  if (strategy.length > 1 && strategy.every(({ weight = 0 }) => weight === 0))
    throw invalidParameter(
      'A capacity provider strategy must contain at least one capacity provider with a weight greater than zero.',
    );
}
