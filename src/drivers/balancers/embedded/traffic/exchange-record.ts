import type { ClientStream, ExchangeReport, Failure } from './messages.ts';

/** What is noted of one request for its report. */
export class ExchangeRecord {
  rulePriority = -1;
  action: ExchangeReport['action'] = 'none';
  redirectUrl: string | undefined;
  targetGroupArn: string | undefined;
  readonly targets: string[] = [];
  traceId = '';
  targetStatus: number | undefined;
  failure: Failure | 'none' | undefined;
  #sentAt: number | undefined;
  #sentTick = 0;
  #answeredAt: number | undefined;
  #targetTime = 0;

  /** The request is with its target, whole. */
  sent(): void {
    this.#sentAt = Date.now();
    this.#sentTick = performance.now();
  }

  answered(): void {
    if (this.#answeredAt !== undefined) return;
    this.#answeredAt = Date.now();
    this.#targetTime = performance.now() - this.#sentTick;
  }

  /** @param tunnelled - bytes that passed in a tunnel behind the request and the answer */
  report(client: ClientStream, status: number, tunnelled?: { received: number; sent: number }): ExchangeReport {
    const { head, peer, receivedAt } = client;
    const receivedBytes = client.receivedBytes + (tunnelled?.received ?? 0);
    const sentBytes = client.sentBytes + (tunnelled?.sent ?? 0);
    return {
      client: tunnelled ? { head, peer, receivedAt, receivedBytes, sentBytes } : client,
      endedAt: Date.now(),
      rulePriority: this.rulePriority,
      action: this.action,
      ...(this.redirectUrl === undefined ? undefined : { redirectUrl: this.redirectUrl }),
      ...(this.targetGroupArn === undefined ? undefined : { targetGroupArn: this.targetGroupArn }),
      targets: this.targets,
      ...(this.#sentAt === undefined ? undefined : { sentAt: this.#sentAt }),
      ...(this.#answeredAt === undefined
        ? undefined
        : {
            answeredAt: this.#answeredAt,
            ...(this.#sentAt === undefined ? undefined : { targetTime: this.#targetTime }),
          }),
      status,
      ...(this.targetStatus === undefined ? undefined : { targetStatus: this.targetStatus }),
      ...(this.failure === undefined ? undefined : { failure: this.failure }),
      traceId: this.traceId,
    };
  }
}
