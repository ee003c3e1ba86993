import type { CapacityProviderStrategyItem } from '@aws-sdk/client-ecs';

/** Tasks by capacity provider. */
type ProviderCounts = Readonly<Record<string, number>>;

/**
 * The provider whose turn it is: one whose base is not reached, else the one furthest behind its weight; the first of
 * equals.
 *
 * @returns `undefined` for no strategy. Source: API reference, CapacityProviderStrategyItem
 */
function chooseProvider(
  strategy: readonly CapacityProviderStrategyItem[] | undefined,
  counts: ProviderCounts,
): string | undefined {
  const held = ({ capacityProvider = '' }: CapacityProviderStrategyItem): number => counts[capacityProvider] ?? 0;
  const short = strategy?.find((item) => held(item) < (item.base ?? 0));
  if (short) return short.capacityProvider;
  const weighed = strategy?.filter(({ weight = 0 }) => weight > 0) ?? [];
  const share = (item: CapacityProviderStrategyItem): number => (held(item) - (item.base ?? 0)) / (item.weight ?? 1);
  const [first, ...rest] = weighed.length > 0 ? weighed : (strategy ?? []);
  return rest.reduce((least, item) => (least && share(item) >= share(least) ? least : item), first)?.capacityProvider;
}

/** The providers of so many more tasks, one after the other. */
export function providersOf(
  strategy: readonly CapacityProviderStrategyItem[] | undefined,
  count: number,
  before: ProviderCounts = {},
): (string | undefined)[] {
  const counts: Record<string, number> = { ...before };
  return Array.from({ length: count }, () => {
    const chosen = chooseProvider(strategy, counts);
    if (chosen !== undefined) counts[chosen] = (counts[chosen] ?? 0) + 1;
    return chosen;
  });
}
