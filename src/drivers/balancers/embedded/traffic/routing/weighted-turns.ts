/** The golden ratio's fraction: its multiples fill the circle more evenly than those of any other number. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * Gives items in turn by their weights; undefined when no weight is above 0.
 *
 * Each draw is the last one plus the golden ratio, around a circle that the weights divide. A random draw misses the
 * share of n requests by about the root of n, this one by no more than their logarithm: of any thirteen requests in a
 * row a canary of 10 % gets one or two. The ratio is irrational, so that regular traffic (page, image, page, image) is
 * divided as well as the whole is; the start is random, so that several balancers do not move in step.
 */
export function weightedTurns<Item>(
  weighted: readonly { readonly item: Item; readonly weight: number }[],
  start: number = Math.random(),
): () => Item | undefined {
  const positive = weighted.filter(({ weight }) => weight > 0);
  const total = positive.reduce((sum, { weight }) => sum + weight, 0);
  let below = 0;
  const steps = positive.map(({ item, weight }) => ({ item, below: (below += weight) / total }));
  const last = steps.at(-1)?.item;
  if (steps.length < 2) return () => last;
  let at = start;
  return () => {
    at += GOLDEN;
    if (at >= 1) at -= 1;
    for (const step of steps) if (at < step.below) return step.item;
    return last;
  };
}
