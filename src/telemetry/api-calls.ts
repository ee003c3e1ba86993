import type { Family } from '../kernel/readings.ts';
import { Histogram } from './histogram.ts';
import { Tally } from './tally.ts';

/** One request that the wire has answered. */
export interface ApiCall {
  /** `unknown` when it named none that Teal has. */
  readonly service: string;
  readonly operation: string;
  readonly status: number;
  readonly seconds: number;
  /** Whether a part of Teal asked, and no client. */
  readonly isInternal: boolean;
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

/** Counts the requests to the AWS API. */
export class ApiCalls {
  readonly #requests = new Tally('teal_api_requests_total', 'Requests to the AWS API that were answered.');
  readonly #times = new Histogram('teal_api_request_duration_seconds', 'Time to answer requests of clients.', SECONDS);

  add({ service, operation, status, seconds, isInternal }: ApiCall): void {
    const caller = isInternal ? 'teal' : 'client';
    this.#requests.add({ service, action: operation, status: String(status), caller });
    // Teal's own calls would hide what clients see: a deployment asks ECS ten times a second.
    if (!isInternal) this.#times.add({ service, action: operation }, seconds);
  }

  families = (): Family[] => [this.#requests.family(), this.#times.family()];
}
