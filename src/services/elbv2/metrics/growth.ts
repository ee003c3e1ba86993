import type {
  BalancerObservation,
  Families,
  LatencyBuckets,
  LoadBalancerObservation,
  TargetGroupObservation,
} from '../../../drivers/balancers/balancer.ts';
import { noTraffic, untouched } from '../../../drivers/balancers/counts.ts';

/** What was counted between two observations: the same shapes, with differences in place of totals. */
export interface Growth {
  readonly targetGroups: readonly TargetGroupObservation[];
  readonly loadBalancers: readonly LoadBalancerObservation[];
}

/** A counter that is smaller than before began anew. */
const grown = (before: number, after: number): number => (after >= before ? after - before : after);

/** Targets, health and open connections are not counted but seen, and stay as they are. */
export function growth(before: BalancerObservation, after: BalancerObservation): Growth {
  const groups = new Map(before.targetGroups.map((group) => [group.arn, group]));
  const balancers = new Map(before.loadBalancers.map((each) => [each.loadBalancer, each]));
  return {
    targetGroups: after.targetGroups.map((group) => groupGrowth(groups.get(group.arn) ?? noTraffic(), group)),
    loadBalancers: after.loadBalancers.map((each) =>
      balancerGrowth(balancers.get(each.loadBalancer) ?? untouched(each.loadBalancer), each),
    ),
  };
}

function groupGrowth(before: ReturnType<typeof noTraffic>, after: TargetGroupObservation): TargetGroupObservation {
  return {
    ...after,
    requests: grown(before.requests, after.requests),
    responses: familyGrowth(before.responses, after.responses),
    balancerErrors: grown(before.balancerErrors, after.balancerErrors),
    connectionErrors: grown(before.connectionErrors, after.connectionErrors),
    tlsErrors: grown(before.tlsErrors, after.tlsErrors),
    responseTimes: bucketGrowth(before.responseTimes, after.responseTimes),
  };
}

const familyGrowth = (before: Families, after: Families): Families => ({
  '2xx': grown(before['2xx'], after['2xx']),
  '3xx': grown(before['3xx'], after['3xx']),
  '4xx': grown(before['4xx'], after['4xx']),
  '5xx': grown(before['5xx'], after['5xx']),
});

function bucketGrowth(before: LatencyBuckets, after: LatencyBuckets): LatencyBuckets {
  const known = new Map(before);
  // A histogram began anew as a whole: a bucket that still grew since then cannot be told from one that did not.
  const isNew = before.some(([index, count]) => (new Map(after).get(index) ?? 0) < count);
  return after
    .map(([index, count]) => [index, isNew ? count : count - (known.get(index) ?? 0)] as const)
    .filter(([, count]) => count > 0);
}

function balancerGrowth(before: LoadBalancerObservation, after: LoadBalancerObservation): LoadBalancerObservation {
  return {
    ...after,
    requests: grown(before.requests, after.requests),
    ownAnswers: Object.fromEntries(
      Object.entries(after.ownAnswers).map(([status, count]) => [
        status,
        grown(before.ownAnswers[Number(status)] ?? 0, count),
      ]),
    ),
    fixedResponses: grown(before.fixedResponses, after.fixedResponses),
    redirects: grown(before.redirects, after.redirects),
    newConnections: grown(before.newConnections, after.newConnections),
    processedBytes: grown(before.processedBytes, after.processedBytes),
    clientTlsErrors: grown(before.clientTlsErrors, after.clientTlsErrors),
  };
}
