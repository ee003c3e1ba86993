import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import type { RoutingTable } from './choice.ts';
import type { ClientContext, ClientSession } from './client-context.ts';
import { ExchangeRecord } from './exchange-record.ts';
import { Exchange } from './exchange.ts';
import { HttpDate } from './http-date.ts';
import { serveHttp1 } from './http1/client-connection.ts';
import { serveHttp2 } from './http2/client-session.ts';
import { IdleWatch } from './idle-watch.ts';
import type { ClientStream, Peer, PeerTls } from './messages.ts';
import { answerOwn } from './pages.ts';
import { tableForHost } from './routing.ts';
import type { TlsNote } from './tls/terminators.ts';
import { createTlsGate, type TlsGate } from './tls.ts';
import { TraceIds } from './trace-ids.ts';

/** One port that clients connect to, shared by every listener that asked for it. */
export class Front implements ClientContext {
  tables: readonly RoutingTable[] = [];
  readonly watch = new IdleWatch();
  readonly #means = { traceIds: new TraceIds(), date: new HttpDate() };
  readonly #sockets = new Set<Socket>();
  readonly #sessions = new Set<ClientSession>();
  readonly #gate: TlsGate = createTlsGate();
  #speaksTls = false;
  #retired = false;

  /**
   * Every request from now on is routed by these.
   *
   * @returns the certificates that cannot be used and why
   */
  route(tables: readonly RoutingTable[]): readonly TlsNote[] {
    this.tables = tables;
    // A port that no listener wants any more goes on as it spoke.
    if (tables.length > 0) this.#speaksTls = tables.some(({ listener }) => listener.tls !== undefined);
    return this.#gate.update(tables);
  }

  /** Serves a connection that a client opened, of which nothing has been read. */
  accept(socket: Socket): void {
    const ledger = this.tables[0]?.ledger;
    this.#sockets.add(socket);
    ledger?.connectionOpened();
    socket.on('close', () => {
      this.#sockets.delete(socket);
      ledger?.connectionClosed();
    });
    if (this.#speaksTls) this.#gate.accept(socket, (secure, tls) => this.#serve(secure, tls));
    else this.#serve(socket, undefined);
  }

  /** Every connection ends with its next answer, or when it has been idle. */
  retire(): void {
    this.#retired = true;
    for (const session of this.#sessions) session.retire();
  }

  /** Ends idle connections, and the others with their answer; `force` cuts all. */
  close(force: boolean): void {
    this.retire();
    if (!force) for (const session of this.#sessions) session.endIfIdle?.();
    else {
      this.#gate.close();
      for (const socket of this.#sockets) socket.destroy();
    }
  }

  take(stream: ClientStream): void {
    const table = tableForHost(this.tables, stream.head.host);
    if (table) new Exchange(stream, table, this.#means).start();
    else answerOwn(stream, { status: 503 }, undefined, this.#means.date);
  }

  refuse(stream: ClientStream, status: number): void {
    const table = tableForHost(this.tables, stream.head.host);
    answerOwn(stream, { status }, table?.listener.http, this.#means.date);
    const record = new ExchangeRecord();
    record.traceId = this.#means.traceIds.header('', stream.receivedAt);
    table?.ledger.finished(record.report(stream, status));
  }

  #serve(socket: Socket, tls: PeerTls | undefined): void {
    const peer = peerOf(socket, tls);
    const http2 = 'alpnProtocol' in socket && socket.alpnProtocol === 'h2';
    const session = http2 ? serveHttp2(socket, peer, this) : serveHttp1(socket, peer, this);
    this.#sessions.add(session);
    socket.once('close', () => this.#sessions.delete(session));
    if (this.#retired) session.retire();
  }
}

function peerOf(socket: Socket, tls: PeerTls | undefined): Peer {
  const { remoteAddress = '', remotePort = 0, localAddress = '', localPort = 0 } = socket;
  return {
    address: remoteAddress.replace(/^::ffff:/, ''),
    port: remotePort,
    localAddress: localAddress.replace(/^::ffff:/, ''),
    localPort,
    ...(tls ? { tls } : {}),
    connectionId: `TID_${randomBytes(16).toString('hex')}`,
  };
}
