import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { answerPage } from './pages.ts';
import type { RequestHead } from './request-head.ts';
import type { ResponseHead } from './response-head.ts';
import type { TargetGroup } from './target-group.ts';
import type { Target } from './target.ts';
import { splice } from './tunnel.ts';
import type { Failure, Receiver, Upstream } from './upstream.ts';

const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);
/** A request that may not be sent twice takes a used connection only when it was in use this short a time ago. */
const SURELY_OPEN = 250;
/** Small bodies go out in one string with their head, which costs one write instead of three. */
const SMALL_BODY = 16 * 1024;

export interface Forwarding {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly head: RequestHead;
  readonly group: TargetGroup;
  readonly idleTimeout: number;
  readonly expectsContinue: boolean;
  /** Present when the client asks for a WebSocket. */
  readonly upgrade?: { readonly socket: Socket; readonly head: Buffer };
}

/** One request on its way to a target and its answer on the way back. */
export class Exchange implements Receiver {
  readonly method: string;
  requestSent: boolean;
  readonly #of: Forwarding;
  readonly #tried = new Set<Target>();
  #target: Target | undefined;
  #upstream: Upstream | undefined;
  #continued = false;

  constructor(forwarding: Forwarding) {
    this.#of = forwarding;
    this.method = forwarding.request.method ?? 'GET';
    this.requestSent = forwarding.head.body === 'none';
  }

  start(): void {
    const { group, response } = this.#of;
    group.requests += 1;
    const target = group.pick();
    if (!target) return this.#refuse(503);
    response.on('close', () => this.#clientGone());
    this.#send(target, false);
  }

  connected(): void {
    if (!this.requestSent && this.#upstream) this.#sendBody(this.#upstream);
  }

  informational(status: number): void {
    if (status !== 100 || !this.#of.expectsContinue || this.#continued) return;
    this.#continued = true;
    this.#of.response.writeContinue();
  }

  head(head: ResponseHead): void {
    const { response, group } = this.#of;
    group.countAnswer(head.status);
    // A client that was never told to go on may or may not send its body, so the connection cannot be read further.
    if (this.#of.expectsContinue && !this.#continued && !this.requestSent) response.shouldKeepAlive = false;
    head.headers.push('Connection', response.shouldKeepAlive ? 'keep-alive' : 'close');
    response.writeHead(head.status, head.reason, head.headers);
  }

  body(bytes: Buffer): boolean {
    if (this.#of.response.write(bytes)) return true;
    this.#of.response.once('drain', () => this.#upstream?.socket.resume());
    return false;
  }

  ended(last: Buffer | undefined): void {
    const { response } = this.#of;
    this.#done();
    if (last === undefined) response.end();
    else if (last.length > SMALL_BODY) response.end(last);
    else response.end(last.toString('latin1'), 'latin1');
  }

  switched(head: ResponseHead, rest: Buffer): void {
    const { upgrade, response } = this.#of;
    const upstream = this.#upstream;
    if (!upgrade || !upstream) return upstream?.abort('malformed');
    response.removeAllListeners('close');
    response.detachSocket(upgrade.socket);
    upstream.detach();
    upgrade.socket.write(switchingHead(head));
    splice({ client: upgrade.socket, sent: upgrade.head, target: upstream.socket, answered: rest }, () => this.#done());
  }

  failed(why: Failure): void {
    const upstream = this.#upstream;
    const target = this.#target;
    this.#done();
    if (this.#of.response.headersSent) return void this.#of.response.destroy();
    const next = target && upstream && this.#retryOn(target, upstream, why);
    if (next) return this.#send(next, true);
    if (why === 'timeout' && !this.requestSent) return answerPage(this.#of.response, 408);
    this.#refuse(why === 'timeout' || why === 'connect-timeout' ? 504 : 502);
  }

  /**
   * The only two failures after which sending again repeats no work: nothing was sent, or the connection had been
   * closed by the target while it lay idle.
   */
  #retryOn(target: Target, upstream: Upstream, why: Failure): Target | undefined {
    const { group } = this.#of;
    if (why === 'connect' || why === 'connect-timeout') return group.pickOther(this.#tried);
    const stale = why === 'closed' && upstream.reused && !upstream.answered && this.#repeatable();
    if (!stale) return undefined;
    return group.isRoutable(target) ? target : group.pickOther(this.#tried);
  }

  #repeatable(): boolean {
    return this.#of.head.body === 'none' && !this.#of.upgrade && IDEMPOTENT.has(this.method);
  }

  #send(target: Target, fresh: boolean): void {
    const { head, idleTimeout, upgrade } = this.#of;
    const reusable = fresh || upgrade ? undefined : target.takeIdle(this.#repeatable() ? Infinity : SURELY_OPEN);
    const upstream = reusable ?? target.open(idleTimeout);
    this.#target = target;
    this.#upstream = upstream;
    this.#tried.add(target);
    target.begin();
    upstream.begin(this, head.text, idleTimeout);
    if (reusable) this.connected();
  }

  /** The body is read only once there is a connection, so a failed connect loses none of it. */
  #sendBody(upstream: Upstream): void {
    const { request, head } = this.#of;
    const { socket } = upstream;
    const chunked = head.body === 'chunks';
    request.on('data', (bytes: Buffer) => {
      if (chunked) socket.write(`${bytes.length.toString(16)}\r\n`, 'latin1');
      const ready = socket.write(bytes);
      if (chunked) socket.write('\r\n', 'latin1');
      if (ready) return;
      request.pause();
      socket.once('drain', () => request.resume());
    });
    request.on('end', () => {
      if (chunked) socket.write('0\r\n\r\n', 'latin1');
      this.requestSent = true;
    });
  }

  #clientGone(): void {
    if (!this.#target) return;
    this.#upstream?.forget();
    this.#done();
  }

  #refuse(status: number): void {
    this.#of.group.balancerErrors += 1;
    answerPage(this.#of.response, status);
  }

  #done(): void {
    const target = this.#target;
    this.#target = undefined;
    target?.end();
  }
}

function switchingHead(head: ResponseHead): string {
  let text = `HTTP/1.1 101 ${head.reason}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n`;
  for (let index = 0; index < head.headers.length; index += 2)
    text += `${head.headers[index]}: ${head.headers[index + 1]}\r\n`;
  return `${text}\r\n`;
}
