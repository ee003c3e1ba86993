import { isDeepStrictEqual } from 'node:util';
import { AccessLog } from '../../access-log/file.ts';
import { accessLogLine } from '../../access-log/line.ts';
import type { AccessLogConfig, LoadBalancerObservation } from '../../balancer.ts';
import { accessLogEntry } from './access-log-entry.ts';
import type { Ledger } from './choice.ts';
import type { GroupCounts } from './group-counts.ts';
import type { ExchangeReport } from './messages.ts';

export interface LedgerOptions {
  /** `app/NAME/ID`. */
  readonly loadBalancer: string;
  /** The address that listeners bind. */
  readonly address: string;
  readonly findCounts: (targetGroupArn: string) => GroupCounts | undefined;
}

/** What one load balancer counted since it was configured, and its access log. */
export class LoadBalancerLedger implements Ledger {
  readonly #options: LedgerOptions;
  readonly #ownAnswers: Record<number, number> = {};
  #requests = 0;
  #fixedResponses = 0;
  #redirects = 0;
  #newConnections = 0;
  #activeConnections = 0;
  #processedBytes = 0;
  #clientTlsErrors = 0;
  #logConfig: AccessLogConfig | undefined;
  #log: AccessLog | undefined;

  constructor(options: LedgerOptions) {
    this.#options = options;
  }

  /** Where lines go from now on. Resolves when the log before is whole. */
  logTo(config: AccessLogConfig | undefined): Promise<void> {
    if (isDeepStrictEqual(config, this.#logConfig)) return Promise.resolve();
    const closed = this.#log?.close();
    this.#logConfig = config;
    const { loadBalancer, address } = this.#options;
    this.#log = config && new AccessLog({ config, loadBalancer, address, note: complain });
    return closed ?? Promise.resolve();
  }

  connectionOpened(): void {
    this.#newConnections += 1;
    this.#activeConnections += 1;
  }

  connectionClosed(): void {
    this.#activeConnections -= 1;
  }

  clientTlsFailed(): void {
    this.#clientTlsErrors += 1;
  }

  finished(report: ExchangeReport): void {
    this.#requests += 1;
    this.#processedBytes += report.client.receivedBytes + report.client.sentBytes;
    if (report.action === 'fixed-response') this.#fixedResponses += 1;
    else if (report.action === 'redirect') this.#redirects += 1;
    else if (report.status !== report.targetStatus) this.#countOwn(report.status);
    if (report.targetGroupArn !== undefined) this.#options.findCounts(report.targetGroupArn)?.add(report);
    this.#log?.write(accessLogLine(accessLogEntry(this.#options.loadBalancer, report)));
  }

  observe(): LoadBalancerObservation {
    return {
      loadBalancer: this.#options.loadBalancer,
      requests: this.#requests,
      ownAnswers: { ...this.#ownAnswers },
      fixedResponses: this.#fixedResponses,
      redirects: this.#redirects,
      newConnections: this.#newConnections,
      activeConnections: this.#activeConnections,
      processedBytes: this.#processedBytes,
      clientTlsErrors: this.#clientTlsErrors,
    };
  }

  #countOwn(status: number): void {
    this.#ownAnswers[status] = (this.#ownAnswers[status] ?? 0) + 1;
  }
}

const complain = (text: string): void => void process.stderr.write(`${new Date().toISOString()} ${text}\n`);
