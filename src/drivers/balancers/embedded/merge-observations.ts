import type {
  BalancerObservation,
  LatencyBuckets,
  LoadBalancerObservation,
  TargetGroupObservation,
} from '../balancer.ts';

/** What two processes do together, as one: listeners and health are those of the first, the newer. */
export function mergeObservations(newer: BalancerObservation, older: BalancerObservation): BalancerObservation {
  const groups = new Map(older.targetGroups.map((group) => [group.arn, group]));
  const balancers = new Map(older.loadBalancers.map((balancer) => [balancer.loadBalancer, balancer]));
  return {
    epoch: Math.min(newer.epoch, older.epoch),
    listeners: newer.listeners,
    targetGroups: newer.targetGroups.map((group) => sumOfGroup(group, groups.get(group.arn))),
    loadBalancers: newer.loadBalancers.map((one) => sumOfBalancer(one, balancers.get(one.loadBalancer))),
  };
}

/** What remains of a process that has ended: its counts. */
export const afterEnd = (last: BalancerObservation): BalancerObservation => ({
  epoch: Number.MAX_SAFE_INTEGER,
  listeners: [],
  targetGroups: last.targetGroups.map((group) => ({ ...group, targets: [] })),
  loadBalancers: last.loadBalancers.map((balancer) => ({ ...balancer, activeConnections: 0 })),
});

function sumOfGroup(one: TargetGroupObservation, other: TargetGroupObservation | undefined): TargetGroupObservation {
  if (!other) return one;
  const inFlight = new Map(other.targets.map((target) => [target.key, target.inFlight]));
  const family = (name: keyof TargetGroupObservation['responses']) => one.responses[name] + other.responses[name];
  return {
    arn: one.arn,
    targets: one.targets.map((target) => ({ ...target, inFlight: target.inFlight + (inFlight.get(target.key) ?? 0) })),
    requests: one.requests + other.requests,
    responses: { '2xx': family('2xx'), '3xx': family('3xx'), '4xx': family('4xx'), '5xx': family('5xx') },
    balancerErrors: one.balancerErrors + other.balancerErrors,
    connectionErrors: one.connectionErrors + other.connectionErrors,
    tlsErrors: one.tlsErrors + other.tlsErrors,
    responseTimes: sumOfBuckets(one.responseTimes, other.responseTimes),
  };
}

function sumOfBuckets(one: LatencyBuckets, other: LatencyBuckets): LatencyBuckets {
  const sums = new Map(one);
  for (const [index, count] of other) sums.set(index, (sums.get(index) ?? 0) + count);
  return [...sums].sort(([a], [b]) => a - b);
}

function sumOfBalancer(
  one: LoadBalancerObservation,
  other: LoadBalancerObservation | undefined,
): LoadBalancerObservation {
  if (!other) return one;
  const ownAnswers: Record<number, number> = { ...one.ownAnswers };
  for (const [status, count] of Object.entries(other.ownAnswers))
    ownAnswers[Number(status)] = (ownAnswers[Number(status)] ?? 0) + count;
  return {
    loadBalancer: one.loadBalancer,
    ownAnswers,
    requests: one.requests + other.requests,
    fixedResponses: one.fixedResponses + other.fixedResponses,
    redirects: one.redirects + other.redirects,
    newConnections: one.newConnections + other.newConnections,
    activeConnections: one.activeConnections + other.activeConnections,
    processedBytes: one.processedBytes + other.processedBytes,
    clientTlsErrors: one.clientTlsErrors + other.clientTlsErrors,
  };
}
