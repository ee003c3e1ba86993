import { randomBytes } from 'node:crypto';

/** Makes the ids that requests are followed by. Source: ELB User Guide, request tracing. */
export class TraceIds {
  readonly #prefix = randomBytes(8).toString('hex');
  #count = 0;

  /**
   * The `X-Amzn-Trace-Id` of a request.
   *
   * @param given - what the client sent of it
   * @param now - epoch milliseconds
   */
  header(given: string, now: number): string {
    const count = (this.#count++ >>> 0).toString(16).padStart(8, '0');
    const id = `1-${Math.floor(now / 1000).toString(16)}-${this.#prefix}${count}`;
    if (given === '') return `Root=${id}`;
    return /(?:^|;)\s*Root=/.test(given) ? `Self=${id};${given}` : `Root=${id};${given}`;
  }
}
