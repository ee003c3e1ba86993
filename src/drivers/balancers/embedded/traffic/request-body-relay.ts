import type { ExchangeRecord } from './exchange-record.ts';
import type { ClientStream, TargetStream } from './messages.ts';

/** Carries a request's body to its target. What comes before there is a connection waits here, and so does the client. */
export class RequestBodyRelay {
  readonly #client: ClientStream;
  readonly #record: ExchangeRecord;
  #early: Buffer[] | undefined;
  #earlyEnd: { readonly trailers: readonly string[] | undefined } | undefined;
  #isPaused = false;
  #isSent = false;

  constructor(client: ClientStream, record: ExchangeRecord) {
    this.#client = client;
    this.#record = record;
  }

  get isSent(): boolean {
    return this.#isSent;
  }

  /** Whether it is the target that the body waits for, and not the client. */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** @param stream - absent before there is a connection */
  data(bytes: Buffer, stream: TargetStream | undefined): void {
    if (!stream) (this.#early ??= []).push(bytes);
    else if (!stream.write(bytes)) this.pause();
  }

  /** @param stream - absent before there is a connection */
  end(trailers: readonly string[] | undefined, stream: TargetStream | undefined): void {
    if (this.#isSent) return;
    if (!stream) this.#earlyEnd = { trailers };
    else this.#endOn(stream, trailers);
  }

  /** What came of the body so far, and then the rest: it is read only once there is a connection. */
  sendOn(stream: TargetStream): void {
    const early = this.#early;
    this.#early = undefined;
    let ready = true;
    if (early) for (const bytes of early) ready = stream.write(bytes);
    if (this.#earlyEnd) this.#endOn(stream, this.#earlyEnd.trailers);
    else if (ready) this.resume();
  }

  pause(): void {
    this.#isPaused = true;
    this.#client.pause();
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#client.resume();
  }

  #endOn(stream: TargetStream, trailers: readonly string[] | undefined): void {
    this.#isSent = true;
    this.#record.sent();
    stream.endBody(trailers && forwardableTrailers(trailers));
  }
}

/** Fields that may not come behind a body: they would change what was already understood. Source: RFC 9110 6.5.1. */
const NO_TRAILERS: ReadonlySet<string> = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'trailer',
  'connection',
  'te',
  'authorization',
  'cookie',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-port',
  'x-amzn-trace-id',
]);

const forwardableTrailers = (trailers: readonly string[]): readonly string[] =>
  trailers.filter((_, index) => !NO_TRAILERS.has(trailers[index - (index % 2)]?.toLowerCase() ?? ''));
