import { connect, createServer, type ClientHttp2Session, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import type { RequestListener } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { ListenerConfig, TargetGroupConfig } from '../balancer.ts';
import { createEmbeddedBalancer } from '../embedded/embedded-balancer.ts';
import type { Backend } from './backend.ts';
import { bundleBalancer, type Bundle } from './bundle-balancer.ts';
import { TLS } from './certificates.ts';
import { forwardTo, groupOf, listenerOf } from './configs.ts';
import { Stage } from './stage.ts';

/** Listeners by TLS, with one rule that forwards by weight. */
export const listenersOf = (weights: Readonly<Record<string, number>>, more: Partial<ListenerConfig> = {}) => [
  listenerOf([forwardTo(weights)], { tls: TLS, ...more }),
];

/** A group with one target by HTTP/2, which is not checked. */
export function http2Group(name: string, port: number, more: Partial<TargetGroupConfig> = {}): TargetGroupConfig {
  const healthCheck = { ...groupOf(name, []).healthCheck, enabled: false };
  return groupOf(name, [port], { version: 'HTTP2', healthCheck, ...more });
}

interface Target {
  readonly server: Http2Server;
  readonly sockets: Set<Socket>;
}

/** A balancer process that listens by TLS, with the clients and targets by HTTP/2 of the present test. */
export class Http2Stage {
  readonly stage: Stage;
  readonly #bundle: Bundle;
  readonly #clients: ClientHttp2Session[] = [];
  readonly #targets: Target[] = [];

  private constructor(stage: Stage, bundle: Bundle) {
    this.stage = stage;
    this.#bundle = bundle;
  }

  static async open(): Promise<Http2Stage> {
    const bundle = await bundleBalancer();
    const stage = await Stage.open((options) => createEmbeddedBalancer({ ...options, entry: bundle.entry }));
    return new Http2Stage(stage, bundle);
  }

  /** One target of HTTP/1.1 behind the balancer. */
  async before(
    answer?: RequestListener,
    more: Partial<ListenerConfig> = {},
  ): Promise<{ readonly port: number; readonly backend: Backend }> {
    const backend = await this.stage.backend('web', answer);
    const port = await this.stage.apply(listenersOf({ web: 1 }, more), [groupOf('web', [backend.port])]);
    return { port, backend };
  }

  /** A client of the balancer with one target by HTTP/2 behind it. */
  async clientTo(targetPort: number, more: Partial<TargetGroupConfig> = {}): Promise<ClientHttp2Session> {
    return this.client(await this.stage.apply(listenersOf({ web: 1 }), [http2Group('web', targetPort, more)]));
  }

  client(port: number): ClientHttp2Session {
    const session = connect(`https://127.0.0.1:${port}`, { servername: 'a.test', rejectUnauthorized: false });
    session.on('error', () => undefined);
    this.#clients.push(session);
    return session;
  }

  /** A target that speaks HTTP/2, without TLS unless its server does. */
  async target(
    answer: (stream: ServerHttp2Stream, path: string) => void,
    server: Http2Server = createServer(),
  ): Promise<{ readonly port: number; readonly sockets: ReadonlySet<Socket> }> {
    const sockets = new Set<Socket>();
    server.on('connection', (socket: Socket) => sockets.add(socket));
    server.on('stream', (stream, headers) => {
      stream.on('error', () => undefined);
      answer(stream, headers[':path'] ?? '');
    });
    this.#targets.push({ server, sockets });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { port: (server.address() as AddressInfo).port, sockets };
  }

  async endTest(): Promise<void> {
    for (const client of this.#clients.splice(0)) client.destroy();
    await this.stage.endTest();
    for (const { server, sockets } of this.#targets.splice(0)) {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    }
  }

  async close(): Promise<void> {
    await this.endTest();
    await this.stage.close();
    await this.#bundle.remove();
  }
}
