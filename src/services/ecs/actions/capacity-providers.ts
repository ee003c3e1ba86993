import {
  ResourceInUseException,
  type CapacityProvider,
  type DescribeCapacityProvidersCommand,
  type PutClusterCapacityProvidersCommand,
} from '@aws-sdk/client-ecs';
import { fault } from '../../../wire/api-error.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { Action } from '../../../wire/types.ts';
import { arns, lastPart, nameFrom } from '../arns.ts';
import { BUILT_IN, checkCapacity } from '../checks/capacity-providers.ts';
import type { EcsDeps } from '../deps.ts';
import { clusters, requireCluster } from '../records/cluster.ts';
import { services } from '../records/service.ts';
import { showCluster } from '../views/show-cluster.ts';

/** Those that every account has: there are no others here. */
export const describeCapacityProviders =
  ({ store }: EcsDeps): Action<typeof DescribeCapacityProvidersCommand> =>
  async ({ capacityProviders: given, cluster }, ctx) => {
    const offered = cluster === undefined ? BUILT_IN : (await requireCluster(store, ctx, cluster)).capacityProviders;
    const wanted = given?.map((one) => lastPart(nameFrom(ctx, 'capacity-provider', one)));
    return {
      capacityProviders: offered
        .filter((name) => !wanted?.length || wanted.includes(name))
        .map((name) => show(ctx, name)),
      failures: (wanted ?? [])
        .filter((name) => !offered.some((one) => one === name))
        .map((name) => ({ arn: arns.capacityProvider(ctx, name), reason: 'MISSING' })),
    };
  };

const show = (scope: Scope, name: string): CapacityProvider => ({
  capacityProviderArn: arns.capacityProvider(scope, name),
  name,
  status: 'ACTIVE',
  tags: [],
});

/** Replaces both lists of a cluster. @throws {ResourceInUseException} for a provider that a service still uses */
export const putClusterCapacityProviders =
  ({ store }: EcsDeps): Action<typeof PutClusterCapacityProvidersCommand> =>
  async ({ cluster: given, capacityProviders, defaultCapacityProviderStrategy }, ctx) => {
    await requireCluster(store, ctx, given);
    const capacity = checkCapacity(ctx, capacityProviders, defaultCapacityProviderStrategy);
    const updated = await store.transaction(async (tx) => {
      const cluster = await requireCluster(tx, ctx, given);
      const used = (await services(tx).list(ctx, cluster.name))
        .filter(({ status }) => status !== 'INACTIVE')
        .flatMap(({ capacityProviderStrategy = [] }) => capacityProviderStrategy.map((item) => item.capacityProvider));
      if (used.some((one) => one !== undefined && !capacity.capacityProviders.includes(one)))
        throw fault(ResourceInUseException, 'The specified capacity provider is in use and cannot be removed.');
      const next = { ...cluster, ...capacity };
      await clusters(tx).put(ctx, cluster.name, next);
      return next;
    });
    return { cluster: await showCluster(store, ctx, updated, []) };
  };
