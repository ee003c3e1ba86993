import type { LoadBalancerObservation, TargetGroupObservation } from '../../../drivers/balancers/balancer.ts';
import { bucketSeconds } from '../../../drivers/balancers/latency.ts';
import type { MetricDatum } from '../../../kernel/metrics.ts';

type Values = MetricDatum['values'];
type Dimensions = MetricDatum['dimensions'];

/** A metric before it has dimensions and a time. Source: platform.md 11.7. */
interface Measured {
  readonly name: string;
  readonly unit: string;
  readonly values: Values;
}

const FAMILIES = ['2xx', '3xx', '4xx', '5xx'] as const;
const OWN_FAMILIES = [3, 4, 5] as const;
const OWN_STATUSES = [500, 502, 503, 504] as const;

/** So many events are so many samples of 1; no events are no data. */
const counted = (name: string, count: number): Measured[] =>
  count > 0 ? [{ name, unit: 'Count', values: [[1, count]] }] : [];
const seen = (name: string, unit: string, value: number): Measured => ({ name, unit, values: [[value, 1]] });

/** What targets did, of one group or of all that a load balancer sends to. */
export function targetMetrics(groups: readonly TargetGroupObservation[]): Measured[] {
  const sum = (of: (group: TargetGroupObservation) => number) => groups.reduce((total, group) => total + of(group), 0);
  const times = groups.flatMap(({ responseTimes }) => responseTimes);
  return [
    ...counted(
      'RequestCount',
      sum(({ requests }) => requests),
    ),
    ...FAMILIES.flatMap((family) =>
      counted(
        `HTTPCode_Target_${family.toUpperCase()}_Count`,
        sum(({ responses }) => responses[family]),
      ),
    ),
    ...counted(
      'TargetConnectionErrorCount',
      sum(({ connectionErrors }) => connectionErrors),
    ),
    ...counted(
      'TargetTLSNegotiationErrorCount',
      sum(({ tlsErrors }) => tlsErrors),
    ),
    ...(times.length > 0
      ? [
          {
            name: 'TargetResponseTime',
            unit: 'Seconds',
            values: times.map(([index, count]) => [bucketSeconds(index), count] as const),
          },
        ]
      : []),
  ];
}

/** How many targets are healthy; a group that is not checked says nothing. */
export function hostMetrics({ targets }: TargetGroupObservation): Measured[] {
  const count = (state: string) => targets.filter(({ health }) => health === state).length;
  if (targets.every(({ health }) => health === 'unused' || health === 'unavailable')) return [];
  return [seen('HealthyHostCount', 'Count', count('healthy')), seen('UnHealthyHostCount', 'Count', count('unhealthy'))];
}

/**
 * Its sum over a period is requests by healthy targets, or by all where none is healthy. No requests are data too, so
 * that services that are tracked by it scale in. Source: load balancer metrics, always reported.
 *
 * @param full - with nothing, where there was nothing
 */
export function perTarget({ requests, targets }: TargetGroupObservation, full: boolean): Measured[] {
  const healthy = targets.filter(({ health }) => health === 'healthy').length || targets.length;
  return healthy > 0 && (full || requests > 0) ? [seen('RequestCountPerTarget', 'None', requests / healthy)] : [];
}

/** What the load balancer itself did. */
export function ownMetrics(balancer: LoadBalancerObservation): Measured[] {
  const own = Object.entries(balancer.ownAnswers).map(([status, count]) => ({ status: Number(status), count }));
  const sum = (fits: (status: number) => boolean) =>
    own.filter(({ status }) => fits(status)).reduce((total, { count }) => total + count, 0);
  return [
    ...OWN_FAMILIES.flatMap((family) =>
      counted(
        `HTTPCode_ELB_${family}XX_Count`,
        sum((status) => Math.floor(status / 100) === family),
      ),
    ),
    ...OWN_STATUSES.flatMap((wanted) =>
      counted(
        `HTTPCode_ELB_${wanted}_Count`,
        sum((status) => status === wanted),
      ),
    ),
    ...counted('NewConnectionCount', balancer.newConnections),
    ...counted('ClientTLSNegotiationErrorCount', balancer.clientTlsErrors),
    ...counted('HTTP_Fixed_Response_Count', balancer.fixedResponses),
    ...counted('HTTP_Redirect_Count', balancer.redirects),
    ...(balancer.processedBytes > 0 ? [seen('ProcessedBytes', 'Bytes', balancer.processedBytes)] : []),
  ];
}

export const openConnections = ({ activeConnections }: LoadBalancerObservation): Measured[] =>
  activeConnections > 0 ? [seen('ActiveConnectionCount', 'Count', activeConnections)] : [];

export const withDimensions = (measured: readonly Measured[], dimensions: Dimensions, at: Date): MetricDatum[] =>
  measured.map((each) => ({ ...each, dimensions, at }));
