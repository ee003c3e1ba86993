import type { LoadBalancerObservation, TargetGroupObservation } from './balancer.ts';

/** What a target group's counters are before its first request. */
export const noTraffic = (): Omit<TargetGroupObservation, 'arn' | 'targets'> => ({
  requests: 0,
  responses: { '2xx': 0, '3xx': 0, '4xx': 0, '5xx': 0 },
  balancerErrors: 0,
  connectionErrors: 0,
  tlsErrors: 0,
  responseTimes: [],
});

/** What a load balancer's counters are before its first connection. */
export const untouched = (loadBalancer: string): LoadBalancerObservation => ({
  loadBalancer,
  requests: 0,
  ownAnswers: {},
  fixedResponses: 0,
  redirects: 0,
  newConnections: 0,
  activeConnections: 0,
  processedBytes: 0,
  clientTlsErrors: 0,
});
