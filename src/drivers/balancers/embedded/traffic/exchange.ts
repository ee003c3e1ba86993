import type { Choice, MatchedRule, PickedTarget, RoutingTable } from './choice.ts';
import { AnswerRelay } from './answer-relay.ts';
import { ExchangeRecord } from './exchange-record.ts';
import { isRepeatable, neverSent, statusOf, wasStale } from './failure.ts';
import type { HttpDate } from './http-date.ts';
import type { AnswerHead, ClientListener, ClientStream, Failure, TargetListener, TargetStream } from './messages.ts';
import type { Socket } from 'node:net';
import { outgoingRequest, tooManyForwarders, type OutgoingRequest } from './outgoing-head.ts';
import { answerOwn, type OwnAnswer } from './pages.ts';
import { matchesVersion } from './protocol-match.ts';
import { RequestBodyRelay } from './request-body-relay.ts';
import { answerOfRule } from './routing.ts';
import type { TraceIds } from './trace-ids.ts';
import { splice } from './tunnel.ts';

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
  readonly #body: RequestBodyRelay | undefined;
  #continued = false;
  readonly #answer: AnswerRelay;
  #over = false;

  constructor(client: ClientStream, table: RoutingTable, means: ExchangeMeans) {
    this.#client = client;
    this.#table = table;
    this.#means = means;
    this.#answer = new AnswerRelay(client, table.listener.http, means.date);
    this.#body = client.head.body === 'none' ? undefined : new RequestBodyRelay(client, this.#record);
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
    if (!this.#body || this.#body.isSent) return this.#record.sent();
    // On a connection in use this comes while the stream is opened.
    if (this.#stream) this.#body.sendOn(this.#stream);
  }

  sendable(): void {
    if (!this.#over) this.#body?.resume();
  }

  data(bytes: Buffer): void {
    if (!this.#over) this.#body?.data(bytes, this.#open);
  }

  dataEnd(trailers: readonly string[] | undefined): void {
    if (!this.#over) this.#body?.end(trailers, this.#open);
  }

  drained(): void {
    if (!this.#over) this.#stream?.resume();
  }

  clientGone(): void {
    if (this.#over) return;
    this.#leaveTarget();
    this.#finish(this.#answer.status === 0 ? 460 : this.#answer.status);
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
    const cookies = this.#target && this.#choice?.cookies(this.#target, head.headers);
    if (cookies) for (const cookie of cookies) head.headers.push('Set-Cookie', cookie);
    this.#answer.begin(head);
  }

  answerData(bytes: Buffer): boolean {
    return this.#over || this.#answer.data(bytes);
  }

  ended(last: Buffer | undefined, trailers: readonly string[] | undefined): void {
    if (this.#over) return;
    this.#stream = undefined;
    this.#endTarget();
    this.#answer.end(last, trailers);
    this.#finish(this.#answer.status);
  }

  switched(head: AnswerHead, socket: Socket, rest: Buffer): void {
    if (this.#over) return void socket.destroy();
    this.#record.answered();
    this.#record.targetStatus = this.#answer.status = head.status;
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
    if (this.#answer.status > 0) {
      this.#client.abort();
      return this.#finish(this.#answer.status);
    }
    const next = target && this.#retryOn(target, stream, why);
    if (next) {
      this.#record.failure = undefined;
      return this.#send(next, true);
    }
    this.#answer.drop();
    this.#own({ status: statusOf(why, this.#awaitsClient) });
  }

  #follow({ route }: MatchedRule): void {
    const { head, peer } = this.#client;
    if (route.type === 'forward') return this.#forward(route.choose(head));
    const own = answerOfRule(route, head, peer, this.#table.listener.port);
    if (own.location !== undefined) this.#record.redirectUrl = own.location;
    this.#own(own);
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
    if (!this.#connected) this.#body?.pause();
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
      repeatable: isRepeatable(this.#client.head),
      ...(this.#client.head.alone === true ? { alone: true } : undefined),
      idleTimeout: this.#table.listener.http.idleTimeout,
    });
    if (this.#over || attempt !== this.#attempt) return;
    this.#stream = stream;
    if (this.#connected && this.#body?.isSent === false) this.#body.sendOn(stream);
  }

  /** The stream to the target, once there is a connection. */
  get #open(): TargetStream | undefined {
    return this.#connected ? this.#stream : undefined;
  }

  /**
   * The only two failures after which sending again repeats no work: nothing was sent, or the connection had been
   * closed by the target while it lay idle.
   */
  #retryOn(failed: PickedTarget, stream: TargetStream | undefined, why: Failure): PickedTarget | undefined {
    const choice = this.#choice;
    (this.#tried ??= new Set()).add(failed);
    if (neverSent(why)) return choice?.another(this.#tried);
    if (!wasStale(why, stream, this.#client.head)) return undefined;
    return choice?.isRoutable(failed) === true ? failed : choice?.another(this.#tried);
  }

  /** Whether the exchange waits for the client, and not for the target. */
  get #awaitsClient(): boolean {
    if (!this.#body || this.#body.isSent || this.#body.isPaused) return false;
    return !this.#client.head.expectsContinue || this.#continued;
  }

  /** Ends the request by an answer of the balancer's own, or by none when one has begun. */
  #giveUp(own: OwnAnswer): void {
    if (this.#over) return;
    this.#leaveTarget();
    if (this.#answer.status === 0) return this.#own(own);
    this.#client.abort();
    this.#finish(this.#answer.status);
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
}
