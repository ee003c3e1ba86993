import type { Choice, MatchedRule, PickedTarget, RoutingTable } from './choice.ts';
import { answerHeaders } from './answer-headers.ts';
import { ExchangeRecord } from './exchange-record.ts';
import type { HttpDate } from './http-date.ts';
import { splitAuthority } from './http1/authority.ts';
import type { AnswerHead, ClientListener, ClientStream, Failure, TargetListener, TargetStream } from './messages.ts';
import type { Socket } from 'node:net';
import { outgoingRequest, tooManyForwarders, type OutgoingRequest } from './outgoing-head.ts';
import { answerOwn, type OwnAnswer } from './pages.ts';
import { matchesVersion } from './protocol-match.ts';
import { redirectLocation } from './routing.ts';
import type { TraceIds } from './trace-ids.ts';
import { splice } from './tunnel.ts';

const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);
/** Answers of a known length up to this are sent when they are whole: one write, and 504 where they come short. Bytes. */
const HELD_BODY = 16 * 1024;

/** What all exchanges of a port share. */
export interface ExchangeMeans {
  readonly traceIds: TraceIds;
  readonly date: HttpDate;
}

/** One request on its way to a target and its answer on the way back, whatever protocols are spoken on either side. */
export class Exchange implements ClientListener, TargetListener {
  readonly #client: ClientStream;
  readonly #table: RoutingTable;
  readonly #means: ExchangeMeans;
  readonly #record = new ExchangeRecord();
  #outgoing: OutgoingRequest | undefined;
  #choice: Choice | undefined;
  #target: PickedTarget | undefined;
  #tried: Set<PickedTarget> | undefined;
  #stream: TargetStream | undefined;
  /** Grows with each target tried, so that a stream which fails as it is opened is told from the next. */
  #attempt = 0;
  #connected = false;
  #bodySent: boolean;
  /** Parts of the body that came before there was a connection. */
  #early: Buffer[] | undefined;
  #earlyEnd: { readonly trailers: readonly string[] | undefined } | undefined;
  #continued = false;
  #clientPaused = false;
  /** The answer's head while its body is awaited, and what has come of it. */
  #held: AnswerHead | undefined;
  #heldParts: Buffer[] | undefined;
  /** The status that the client has been told. */
  #status = 0;
  #over = false;

  constructor(client: ClientStream, table: RoutingTable, means: ExchangeMeans) {
    this.#client = client;
    this.#table = table;
    this.#means = means;
    this.#bodySent = client.head.body === 'none';
  }

  start(): void {
    const { head, peer } = this.#client;
    const rule = this.#table.match(head, peer);
    const { listener } = this.#table;
    const outgoing = outgoingRequest(head, peer, listener, (given) => this.#means.traceIds.header(given, Date.now()));
    this.#outgoing = outgoing;
    this.#record.traceId = outgoing.traceId;
    if (tooManyForwarders(outgoing)) return this.#own({ status: 463 });
    this.#record.rulePriority = rule.priority;
    this.#record.action = rule.route.type;
    this.#follow(rule);
  }

  connected(): void {
    this.#connected = true;
    if (this.#bodySent) return this.#record.sent();
    // On a connection in use this comes while the stream is opened.
    if (this.#stream) this.#sendBody(this.#stream);
  }

  sendable(): void {
    if (!this.#over && this.#clientPaused) this.#resumeClient();
  }

  data(bytes: Buffer): void {
    if (this.#over) return;
    if (!this.#connected || !this.#stream) (this.#early ??= []).push(bytes);
    else if (!this.#stream.write(bytes)) this.#pauseClient();
  }

  dataEnd(trailers: readonly string[] | undefined): void {
    if (this.#over || this.#bodySent) return;
    if (!this.#connected || !this.#stream) this.#earlyEnd = { trailers };
    else this.#endBody(this.#stream, trailers);
  }

  drained(): void {
    if (!this.#over) this.#stream?.resume();
  }

  clientGone(): void {
    if (this.#over) return;
    this.#leaveTarget();
    this.#finish(this.#status === 0 ? 460 : this.#status);
  }

  clientBroke(): void {
    this.#giveUp({ status: 400 });
  }

  /** A client that was to be told to go on is silent because its target is. */
  clientSilent(): void {
    if (!this.#client.head.expectsContinue || this.#continued) return this.#giveUp({ status: 408 });
    this.#record.failure = 'timeout';
    this.#giveUp({ status: 504 });
  }

  informational(status: number, headers: readonly string[]): void {
    if (this.#over || (status === 100 && (!this.#client.head.expectsContinue || this.#continued))) return;
    if (status === 100) this.#continued = true;
    this.#client.informational(status, headers);
  }

  answerHead(head: AnswerHead): void {
    if (this.#over) return;
    this.#record.answered();
    this.#record.targetStatus = head.status;
    if (head.bodyLength !== undefined && head.bodyLength <= HELD_BODY) this.#held = head;
    else this.#answer(head);
  }

  answerData(bytes: Buffer): boolean {
    if (this.#over) return true;
    if (!this.#held) return this.#client.write(bytes);
    (this.#heldParts ??= []).push(bytes);
    return true;
  }

  ended(last: Buffer | undefined, trailers: readonly string[] | undefined): void {
    if (this.#over) return;
    if (this.#held) this.#answer(this.#held);
    const parts = this.#heldParts;
    if (parts && last) parts.push(last);
    this.#stream = undefined;
    this.#endTarget();
    this.#client.end(parts ? Buffer.concat(parts) : last, trailers);
    this.#finish(this.#status);
  }

  switched(head: AnswerHead, socket: Socket, rest: Buffer): void {
    if (this.#over) return void socket.destroy();
    this.#record.answered();
    this.#record.targetStatus = this.#status = head.status;
    const { socket: client, rest: sent } = this.#client.tunnel(head.headers);
    const { idleTimeout } = this.#table.listener.http;
    this.#stream = undefined;
    splice({ client, sent, target: socket, answered: rest, idleTimeout }, (toTarget, toClient) => {
      this.#endTarget();
      this.#finish(head.status, { received: toTarget, sent: toClient });
    });
  }

  failed(why: Failure): void {
    if (this.#over) return;
    const stream = this.#stream;
    const target = this.#target;
    this.#stream = undefined;
    this.#attempt += 1;
    this.#endTarget();
    this.#record.failure = why;
    if (this.#status > 0) {
      this.#client.abort();
      return this.#finish(this.#status);
    }
    const next = target && this.#retryOn(target, stream, why);
    if (next) {
      this.#record.failure = undefined;
      return this.#send(next, true);
    }
    this.#held = undefined;
    this.#own({ status: this.#statusOf(why) });
  }

  #follow({ route }: MatchedRule): void {
    switch (route.type) {
      case 'forward':
        return this.#forward(route.choose(this.#client.head));
      case 'fixed-response':
        return this.#own({ status: route.statusCode, contentType: route.contentType, body: route.body });
      case 'redirect': {
        const { head, peer } = this.#client;
        const port = splitAuthority(head.authority)?.port ?? String(this.#table.listener.port);
        const protocol = peer.tls ? 'https' : 'http';
        const asked = { protocol, host: head.host, port, path: head.path, query: head.query ?? '' } as const;
        this.#record.redirectUrl = redirectLocation(route, asked);
        return this.#own({ status: route.statusCode, location: this.#record.redirectUrl });
      }
    }
  }

  #forward(choice: Choice): void {
    this.#choice = choice;
    this.#record.targetGroupArn = choice.targetGroupArn;
    const { head } = this.#client;
    if (choice.targetGroupArn !== undefined && !matchesVersion(head, choice.version)) return this.#own({ status: 464 });
    if (!choice.target) {
      this.#record.failure = 'none';
      return this.#own({ status: 503 });
    }
    this.#send(choice.target, false);
    if (this.#over) return;
    this.#client.listen(this);
    if (!this.#bodySent && !this.#connected) this.#pauseClient();
  }

  #send(target: PickedTarget, again: boolean): void {
    if (!this.#outgoing) return;
    const attempt = ++this.#attempt;
    this.#target = target;
    this.#connected = false;
    this.#record.targets.push(target.address);
    target.begin();
    const { head } = this.#outgoing;
    const stream = target.connector.open(head, this, {
      fresh: again || head.wantsWebSocket,
      repeatable: this.#repeatable(),
      ...(this.#client.head.alone === true ? { alone: true } : undefined),
      idleTimeout: this.#table.listener.http.idleTimeout,
    });
    if (this.#over || attempt !== this.#attempt) return;
    this.#stream = stream;
    if (this.#connected && !this.#bodySent) this.#sendBody(stream);
  }

  /** What came of the body so far, and then the rest: it is read only once there is a connection. */
  #sendBody(stream: TargetStream): void {
    const early = this.#early;
    this.#early = undefined;
    let ready = true;
    if (early) for (const bytes of early) ready = stream.write(bytes);
    if (this.#earlyEnd) this.#endBody(stream, this.#earlyEnd.trailers);
    else if (ready && this.#clientPaused) this.#resumeClient();
  }

  #endBody(stream: TargetStream, trailers: readonly string[] | undefined): void {
    this.#bodySent = true;
    this.#record.sent();
    stream.endBody(trailers && forwardableTrailers(trailers));
  }

  /**
   * The only two failures after which sending again repeats no work: nothing was sent, or the connection had been
   * closed by the target while it lay idle.
   */
  #retryOn(failed: PickedTarget, stream: TargetStream | undefined, why: Failure): PickedTarget | undefined {
    const choice = this.#choice;
    (this.#tried ??= new Set()).add(failed);
    if (why === 'connect' || why === 'connect-timeout') return choice?.another(this.#tried);
    const stale = why === 'closed' && stream?.reused === true && !stream.answered && this.#repeatable();
    if (!stale) return undefined;
    return choice?.isRoutable(failed) === true ? failed : choice?.another(this.#tried);
  }

  #repeatable(): boolean {
    const { head } = this.#client;
    return head.body === 'none' && !head.wantsWebSocket && IDEMPOTENT.has(head.method);
  }

  #statusOf(why: Failure): number {
    if (why === 'connect-timeout' || why === 'short') return 504;
    if (why !== 'timeout') return 502;
    const { expectsContinue } = this.#client.head;
    const clientToBlame = !this.#bodySent && !this.#clientPaused && (!expectsContinue || this.#continued);
    return clientToBlame ? 408 : 504;
  }

  #answer(head: AnswerHead): void {
    const { http } = this.#table.listener;
    const target = this.#target;
    const cookies = target && this.#choice?.cookies(target, head.headers);
    if (cookies) for (const cookie of cookies) head.headers.push('Set-Cookie', cookie);
    const headers = answerHeaders(head.headers, http, this.#means.date.text(Date.now()));
    this.#held = undefined;
    this.#status = head.status;
    this.#client.answer(head.status, head.reason, headers, head.bodyLength);
  }

  /** Ends the request by an answer of the balancer's own, or by none when one has begun. */
  #giveUp(own: OwnAnswer): void {
    if (this.#over) return;
    this.#leaveTarget();
    if (this.#status === 0) return this.#own(own);
    this.#client.abort();
    this.#finish(this.#status);
  }

  #own(own: OwnAnswer): void {
    this.#over = true;
    answerOwn(this.#client, own, this.#table.listener.http, this.#means.date);
    this.#finish(own.status);
  }

  #leaveTarget(): void {
    const stream = this.#stream;
    this.#stream = undefined;
    stream?.forget();
    this.#endTarget();
  }

  #endTarget(): void {
    const target = this.#target;
    this.#target = undefined;
    target?.end();
  }

  #finish(status: number, tunnelled?: { received: number; sent: number }): void {
    this.#over = true;
    this.#table.ledger.finished(this.#record.report(this.#client, status, tunnelled));
  }

  #pauseClient(): void {
    this.#clientPaused = true;
    this.#client.pause();
  }

  #resumeClient(): void {
    this.#clientPaused = false;
    this.#client.resume();
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
