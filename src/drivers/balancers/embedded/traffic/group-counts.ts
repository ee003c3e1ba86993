import type { Families, TargetGroupObservation } from '../../balancer.ts';
import { LatencyHistogram } from '../../latency.ts';
import type { ExchangeReport } from './messages.ts';

type Counts = Omit<TargetGroupObservation, 'arn' | 'targets'>;

/** What happened to the requests of one target group, since it was configured. */
export class GroupCounts {
  readonly #responses: { -readonly [Family in keyof Families]: number } = { '2xx': 0, '3xx': 0, '4xx': 0, '5xx': 0 };
  readonly #times = new LatencyHistogram();
  #requests = 0;
  #balancerErrors = 0;
  #connectionErrors = 0;
  #tlsErrors = 0;

  add({ targets, targetStatus, targetTime, failure, status }: ExchangeReport): void {
    if (targets.length > 0) this.#requests += 1;
    if (targetStatus !== undefined) this.#responses[familyOf(targetStatus)] += 1;
    if (targetTime !== undefined) this.#times.add(targetTime / 1000);
    if (failure === undefined) return;
    // What a client did not wait for was nobody's error.
    if (status !== targetStatus && status !== 460) this.#balancerErrors += 1;
    if (failure === 'tls') this.#tlsErrors += 1;
    // A request goes to another target only when it could not connect to the one before.
    const refusals = targets.length - (targetStatus === undefined ? 0 : 1);
    if (failure === 'connect' || failure === 'connect-timeout') this.#connectionErrors += refusals;
  }

  observe(): Counts {
    return {
      requests: this.#requests,
      responses: { ...this.#responses },
      balancerErrors: this.#balancerErrors,
      connectionErrors: this.#connectionErrors,
      tlsErrors: this.#tlsErrors,
      responseTimes: this.#times.toBuckets(),
    };
  }
}

function familyOf(status: number): keyof Families {
  if (status < 300) return '2xx';
  if (status < 400) return '3xx';
  return status < 500 ? '4xx' : '5xx';
}
