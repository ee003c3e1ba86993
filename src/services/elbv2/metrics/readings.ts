import type { LatencyBuckets, TargetGroupObservation } from '../../../drivers/balancers/balancer.ts';
import { bucketSeconds } from '../../../drivers/balancers/latency.ts';
import { counter, gauge, type Family, type HistogramSample, type Labels } from '../../../kernel/readings.ts';
import type { Store } from '../../../store/store.ts';
import type { BalancerLink } from '../balancer-link.ts';
import { currentEpoch } from '../epoch.ts';
import { readPlaces } from './places.ts';

/** A balancer's bucket is an eighth of an octave; a bound at every octave loses nothing of the counts. */
const PER_OCTAVE = 8;
/** From 0.5 ms to 33 s. */
const OCTAVES = Array.from({ length: 17 }, (_, at) => at + 9);

type Reading<T> = readonly (readonly [labels: Labels, of: T])[];

/** Tells Prometheus what the balancer counts. Its counts begin anew when the balancer does. */
export async function elbReadings(store: Store, link: Pick<BalancerLink, 'observe'>): Promise<Family[]> {
  const [places, epoch, observed] = [await readPlaces(store), await currentEpoch(store), await link.observe()];
  const balancers = places.flatMap(({ scope: { account, region }, loadBalancer }) => {
    const found = observed.loadBalancers.find((one) => one.loadBalancer === loadBalancer);
    return found ? [[{ account, region, load_balancer: loadBalancer }, found] as const] : [];
  });
  const groups = places.flatMap(({ scope: { account, region }, loadBalancer, groups: names }) =>
    observed.targetGroups
      .filter(({ arn }) => names.has(arn))
      .map((group) => {
        const labels = { account, region, load_balancer: loadBalancer, target_group: names.get(group.arn) ?? '' };
        return [labels, group] as const;
      }),
  );
  return [
    epochs(epoch, observed.epoch),
    each(counter, 'teal_elb_requests_total', 'Requests to a load balancer.', balancers, (one) => one.requests),
    each(counter, 'teal_elb_new_connections_total', 'Connections of clients.', balancers, (one) => one.newConnections),
    each(gauge, 'teal_elb_active_connections', 'Open connections.', balancers, (one) => one.activeConnections),
    each(counter, 'teal_elb_processed_bytes_total', 'Bytes, both ways.', balancers, (one) => one.processedBytes),
    each(
      counter,
      'teal_elb_client_tls_errors_total',
      'TLS handshakes of clients that failed.',
      balancers,
      (one) => one.clientTlsErrors,
    ),
    split(
      'teal_elb_own_answers_total',
      'Answers that the load balancer made itself because of an error, by status.',
      'code',
      balancers,
      (one) => one.ownAnswers,
    ),
    split('teal_elb_configured_answers_total', 'Answers that a rule asked for.', 'type', balancers, (one) => ({
      'fixed-response': one.fixedResponses,
      redirect: one.redirects,
    })),
    ...groupFamilies(groups),
  ];
}

const epochs = (wanted: number, applied: number): Family =>
  gauge(
    'teal_balancer_epoch',
    'The configuration of the balancer that the store describes, and the one that all its processes have applied.',
    [
      { labels: { state: 'wanted' }, value: wanted },
      { labels: { state: 'applied' }, value: applied },
    ],
  );

const groupFamilies = (groups: Reading<TargetGroupObservation>): Family[] => [
  each(counter, 'teal_elb_target_requests_total', 'Requests with a target.', groups, (one) => one.requests),
  split(
    'teal_elb_target_responses_total',
    'Answers of targets, by family of their status.',
    'code',
    groups,
    ({ responses }) => ({ ...responses }),
  ),
  split('teal_elb_target_errors_total', 'Requests that got no whole answer of a target.', 'type', groups, (one) => ({
    connection: one.connectionErrors,
    tls: one.tlsErrors,
    answer: one.balancerErrors,
  })),
  {
    name: 'teal_elb_target_response_time_seconds',
    help: 'From the last byte of the request to the first byte of the answer; the sum is known to 9 %.',
    type: 'histogram',
    samples: groups.map(([labels, { responseTimes }]) => histogramOf(labels, responseTimes)),
  },
  {
    ...split('teal_elb_targets', 'Registered targets, by health.', 'health', groups, ({ targets }) =>
      Object.fromEntries(STATES.map((state) => [state, targets.filter(({ health }) => health === state).length])),
    ),
    type: 'gauge',
  },
  each(gauge, 'teal_elb_target_in_flight', 'Requests that have not ended.', groups, ({ targets }) =>
    targets.reduce((total, { inFlight }) => total + inFlight, 0),
  ),
];

const STATES = ['initial', 'healthy', 'unhealthy', 'unused', 'draining', 'unavailable'] as const;

const each = <T>(
  kind: typeof gauge,
  name: string,
  help: string,
  readings: Reading<T>,
  value: (of: T) => number,
): Family =>
  kind(
    name,
    help,
    readings.map(([labels, of]) => ({ labels, value: value(of) })),
  );

const split = <T>(
  name: string,
  help: string,
  by: string,
  readings: Reading<T>,
  values: (of: T) => Readonly<Record<string, number>>,
) =>
  ({
    name,
    help,
    type: 'counter',
    samples: readings.flatMap(([labels, of]) =>
      Object.entries(values(of)).map(([key, value]) => ({ labels: { ...labels, [by]: key }, value })),
    ),
  }) satisfies Family;

function histogramOf(labels: Labels, times: LatencyBuckets): HistogramSample {
  const inside = (octave: number, isFirst: boolean) =>
    times
      .filter(([index]) => index < octave * PER_OCTAVE && (isFirst || index >= (octave - 1) * PER_OCTAVE))
      .reduce((total, [, count]) => total + count, 0);
  return {
    labels,
    buckets: OCTAVES.map((octave, at) => [2 ** octave / 1e6, inside(octave, at === 0)]),
    sum: times.reduce((total, [index, count]) => total + bucketSeconds(index) * count, 0),
    count: times.reduce((total, [, count]) => total + count, 0),
  };
}
