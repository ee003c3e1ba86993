import type { BalancerObservation, TargetGroupObservation } from '../../../drivers/balancers/balancer.ts';
import type { Clock } from '../../../kernel/clock.ts';
import type { Logger } from '../../../kernel/logger.ts';
import type { MetricDatum, PublishMetrics } from '../../../kernel/metrics.ts';
import { millis, seconds } from '../../../kernel/span.ts';
import type { Store } from '../../../store/store.ts';
import type { BalancerLink } from '../balancer-link.ts';
import { hostMetrics, openConnections, ownMetrics, perTarget, targetMetrics, withDimensions } from './data.ts';
import { growth, type Growth } from './growth.ts';
import { readPlaces, type Place } from './places.ts';

const NAMESPACE = 'AWS/ApplicationELB';
/** AWS publishes each minute. What is counted goes out more often, so that an alarm sees it in time. */
const EVERY = seconds(5);
const AT_LEAST = 250;
const MINUTE = seconds(60);

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly link: Pick<BalancerLink, 'observe'>;
  readonly publish: PublishMetrics;
}

/**
 * Publishes what the balancer counts, until the signal aborts. What was counted while no Teal looked is in no metric:
 * nobody can say when it was.
 */
export async function keepPublishing(parts: Parts, signal: AbortSignal): Promise<void> {
  const { clock, logger } = parts;
  const pause = millis(Math.max(AT_LEAST, clock.scaled(EVERY)));
  let before: BalancerObservation | undefined;
  let minuteEnds = 0;
  while (!signal.aborted) {
    const now = clock.now();
    const isNewMinute = now.getTime() >= minuteEnds;
    if (isNewMinute) minuteEnds = now.getTime() + clock.scaled(MINUTE);
    before = await turn(parts, before, now, isNewMinute).catch((error: unknown) => {
      logger.warn('the metrics of load balancers could not be read; trying again', { error });
      return before;
    });
    await clock.sleep(pause, signal);
  }
}

async function turn({ store, link, publish }: Parts, before: BalancerObservation | undefined, at: Date, full: boolean) {
  const after = await link.observe();
  if (!before) return after;
  const grown = growth(before, after);
  for (const place of await readPlaces(store)) {
    const data = dataOf(place, grown, at, full);
    if (data.length > 0) publish(place.scope, NAMESPACE, data);
  }
  return after;
}

/** @param full - with what is seen once a minute: summed over a minute, it must count once */
function dataOf(place: Place, { targetGroups, loadBalancers }: Growth, at: Date, full: boolean): MetricDatum[] {
  const LoadBalancer = place.loadBalancer;
  const groups = targetGroups.filter(({ arn }) => place.groups.has(arn));
  const own = loadBalancers.find(({ loadBalancer }) => loadBalancer === LoadBalancer);
  return [
    ...withDimensions(targetMetrics(groups), { LoadBalancer }, at),
    ...(own ? withDimensions([...ownMetrics(own), ...(full ? openConnections(own) : [])], { LoadBalancer }, at) : []),
    ...groups.flatMap((group) => groupData(group, place, at, full)),
  ];
}

function groupData(
  group: TargetGroupObservation,
  { groups, loadBalancer }: Place,
  at: Date,
  full: boolean,
): MetricDatum[] {
  const TargetGroup = groups.get(group.arn) ?? group.arn;
  const both = { TargetGroup, LoadBalancer: loadBalancer };
  return [
    ...withDimensions([...targetMetrics([group]), ...hostMetrics(group), ...perTarget(group, full)], both, at),
    ...withDimensions(perTarget(group, full), { TargetGroup }, at),
  ];
}
