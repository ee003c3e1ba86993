import { randomBytes } from 'node:crypto';
import { createServer, ServerResponse, type IncomingMessage, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { ListenerConfig } from '../../balancer.ts';
import { Exchange } from './exchange.ts';
import { answerPage, rawPage, SERVER } from './pages.ts';
import { buildRequestHead } from './request-head.ts';
import { redirectLocation, tableForHost, type Route, type RoutingTable } from './routing.ts';
import { withoutUpgrade } from './unupgraded.ts';

const MAX_HEADERS = 64 * 1024;
const MAX_TARGET = 16 * 1024;

interface Upgrade {
  readonly socket: Socket;
  readonly head: Buffer;
}

interface Incoming {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly expectsContinue: boolean;
  readonly upgrade?: Upgrade;
}

/** One port that clients connect to, shared by every listener that asked for it. */
export class Front {
  readonly #server: Server;
  #tables: readonly RoutingTable[] = [];
  #retired = false;
  readonly #tracePrefix = randomBytes(8).toString('hex');
  #traceCount = 0;

  constructor() {
    const options = { maxHeaderSize: MAX_HEADERS, requireHostHeader: false, requestTimeout: 0, noDelay: true };
    const server = (this.#server = createServer({ ...options, connectionsCheckingInterval: 1000 }));
    server.on('request', (request, response) => this.#take({ request, response, expectsContinue: false }));
    server.on('checkContinue', (request, response) => this.#take({ request, response, expectsContinue: true }));
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket as Socket, head));
    server.on('connect', (_request, socket) => void socket.end(rawPage(405)));
    server.on('clientError', (error, socket) => refuseConnection(error, socket as Socket));
  }

  /** Serves a connection that a client opened. */
  accept(socket: Socket): void {
    this.#server.emit('connection', socket);
  }

  /** Every request from now on is routed by these. */
  route(tables: readonly RoutingTable[]): void {
    this.#tables = tables;
    const longestIdle = Math.max(1, ...tables.map(({ listener }) => listener.http.idleTimeout));
    this.#server.keepAliveTimeout = longestIdle;
    this.#server.headersTimeout = longestIdle;
  }

  /** Every connection ends with its next answer, or when it has been idle. */
  retire(): void {
    this.#retired = true;
  }

  /** Cuts idle connections; `force` those that are busy too. */
  close(force: boolean): void {
    if (force) this.#server.closeAllConnections();
    else this.#server.closeIdleConnections();
  }

  #take(incoming: Incoming): void {
    const { request, response } = incoming;
    if (this.#retired) response.shouldKeepAlive = false;
    if (request.method === 'TRACE') return answerPage(response, 405);
    const target = originForm(request);
    if (target === undefined) return answerPage(response, 400);
    if (target.length > MAX_TARGET) return answerPage(response, 414);
    const [host = ''] = (request.headers.host ?? '').toLowerCase().split(':', 1);
    const question = target.indexOf('?');
    const path = question < 0 ? target : target.slice(0, question);
    const table = tableForHost(this.#tables, host);
    const route = table?.route(host, path);
    if (!table || !route) return answerPage(response, 503);
    this.#perform(incoming, route, table.listener, { target, host, path });
  }

  #perform(
    incoming: Incoming,
    route: Route,
    listener: ListenerConfig,
    asked: { readonly target: string; readonly host: string; readonly path: string },
  ): void {
    const { request, response } = incoming;
    if (route.type === 'forward') return this.#forward(incoming, route, listener, asked.target);
    if (route.type === 'fixed-response') return answerFixed(response, route);
    const port = /:(\d+)$/.exec(request.headers.host ?? '')?.[1] ?? String(listener.port);
    const query = asked.target.slice(asked.path.length + 1);
    answerPage(response, route.statusCode, redirectLocation(route, { ...asked, port, query }));
  }

  #forward(
    incoming: Incoming,
    route: Extract<Route, { type: 'forward' }>,
    listener: ListenerConfig,
    target: string,
  ): void {
    const { request, response, upgrade, expectsContinue } = incoming;
    const head = buildRequestHead(request, {
      now: Date.now(),
      listenerPort: listener.port,
      target,
      upgrade: upgrade !== undefined,
      newTraceId: () => this.#tracePrefix + (this.#traceCount++ >>> 0).toString(16).padStart(8, '0'),
    });
    if (typeof head === 'number') return answerPage(response, head);
    if (upgrade && head.body !== 'none') return answerPage(response, 400);
    const group = route.choose();
    if (!group) return answerPage(response, 503);
    const { idleTimeout } = listener.http;
    new Exchange({
      request,
      response,
      head,
      group,
      idleTimeout,
      expectsContinue,
      ...(upgrade ? { upgrade } : {}),
    }).start();
  }

  /** Only WebSocket is tunnelled; any other upgrade is ignored, as HTTP allows, and the request served as it is. */
  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    if (request.headers.upgrade?.toLowerCase() !== 'websocket' || request.method !== 'GET') {
      socket.unshift(Buffer.concat([withoutUpgrade(request), head]));
      return void this.#server.emit('connection', socket);
    }
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket);
    response.on('finish', () => socket.end());
    this.#take({ request, response, expectsContinue: false, upgrade: { socket, head } });
  }
}

/** The request's path and query; a proxy's absolute form is brought to it, if it names the host that the header does. */
function originForm(request: IncomingMessage): string | undefined {
  const url = request.url ?? '';
  if (url.startsWith('/') || (url === '*' && request.method === 'OPTIONS')) return url;
  const absolute = /^http:\/\/([^/?#@]+)([/?].*)?$/i.exec(url);
  if (absolute?.[1]?.toLowerCase() !== request.headers.host?.toLowerCase()) return undefined;
  const rest = absolute?.[2] ?? '/';
  return rest.startsWith('/') ? rest : `/${rest}`;
}

function answerFixed(response: ServerResponse, route: Extract<Route, { type: 'fixed-response' }>): void {
  const body = Buffer.from(route.body);
  const headers = ['Server', SERVER, 'Content-Type', route.contentType, 'Content-Length', String(body.length)];
  headers.push('Connection', response.shouldKeepAlive ? 'keep-alive' : 'close');
  response.writeHead(route.statusCode, headers);
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

interface ParseError extends Error {
  readonly code?: string;
  readonly reason?: string;
}

/** Answers what could not be parsed, unless an answer is already half-way out on the connection. */
function refuseConnection(error: ParseError, socket: Socket): void {
  const { _httpMessage: current } = socket as Socket & { readonly _httpMessage?: ServerResponse };
  if (current?.writableEnded) return socket.destroySoon();
  if (!socket.writable || error.code === 'ECONNRESET' || current?.headersSent) return void socket.destroy(error);
  socket.end(rawPage(statusOfParseError(error)));
  socket.destroySoon();
}

function statusOfParseError({ code, reason = '' }: ParseError): number {
  switch (code) {
    case 'HPE_INVALID_VERSION':
    case 'HPE_PAUSED_H2_UPGRADE':
      return 505;
    case 'HPE_INVALID_TRANSFER_ENCODING':
      // The same code stands for a coding that is unknown and for one beside a length, which is an attack.
      return reason.includes('Content-Length') ? 400 : 501;
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return 408;
    default:
      return 400;
  }
}
