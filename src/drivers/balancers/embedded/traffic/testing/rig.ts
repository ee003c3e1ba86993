import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { HttpSettings, TargetGroupConfig } from '../../../balancer.ts';
import { HTTP_SETTINGS, listenerOf } from '../../../testing/configs.ts';
import type { Choice, Ledger, PickedTarget, Route, RoutingTable } from '../choice.ts';
import { Door } from '../door.ts';
import { Front } from '../front.ts';
import { createHttp1Connector } from '../http1/target-connector.ts';
import type { ExchangeReport } from '../messages.ts';

/** A target that says exactly the bytes a test wants. */
export interface RawTarget {
  readonly port: number;
  /** All that came, over all connections. */
  received(): string;
  connections(): number;
  close(): void;
}

/** @param answer - called with all that came on a connection so far, at every packet */
export async function startRawTarget(answer: (received: string, socket: Socket) => void): Promise<RawTarget> {
  const sockets = new Set<Socket>();
  let received = '';
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    let own = '';
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (bytes: Buffer) => {
      own += bytes.toString('latin1');
      received += bytes.toString('latin1');
      answer(own, socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    received: () => received,
    connections: () => connections,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

export interface RigOptions {
  /** The first gets every request, the others what fails there. */
  readonly ports: readonly number[];
  readonly http?: Partial<HttpSettings>;
  readonly version?: TargetGroupConfig['version'];
  readonly route?: Route;
  /** Of stickiness. */
  readonly cookies?: readonly string[];
}

export interface Rig {
  readonly port: number;
  readonly front: Front;
  readonly reports: readonly ExchangeReport[];
  /** Opened less closed. */
  openConnections(): number;
  inFlight(): number;
  close(): void;
}

/** A front with one listener, in this process. */
export async function openRig(options: RigOptions): Promise<Rig> {
  const reports: ExchangeReport[] = [];
  const counts = { connections: 0, inFlight: 0 };
  const ledger: Ledger = {
    connectionOpened: () => void (counts.connections += 1),
    connectionClosed: () => void (counts.connections -= 1),
    clientTlsFailed: () => undefined,
    finished: (report) => void reports.push(report),
  };
  const targets = options.ports.map((port): PickedTarget => ({
    address: `127.0.0.1:${port}`,
    connector: createHttp1Connector({ host: '127.0.0.1', port, tls: false }),
    begin: () => void (counts.inFlight += 1),
    end: () => void (counts.inFlight -= 1),
  }));
  const route = options.route ?? { type: 'forward', choose: () => choiceOf(targets, options) };
  const listener = listenerOf([], { port: 80, http: { ...HTTP_SETTINGS, ...options.http } });
  const front = new Front();
  front.route([{ listener, ledger, match: () => ({ arn: 'rule', priority: 7, route }) } satisfies RoutingTable]);
  const door = await Door.open('127.0.0.1', 0);
  door.serve((socket) => front.accept(socket));
  return {
    port: door.port,
    front,
    reports,
    openConnections: () => counts.connections,
    inFlight: () => counts.inFlight,
    close() {
      void door.close();
      front.close(true);
      for (const { connector } of targets) {
        connector.drain();
        connector.cut();
      }
    },
  };
}

const choiceOf = (targets: readonly PickedTarget[], { version = 'HTTP1', cookies = [] }: RigOptions): Choice => ({
  targetGroupArn: 'group',
  protocol: 'http',
  version,
  target: targets[0],
  isRoutable: () => true,
  another: (tried) => targets.find((target) => !tried.has(target)),
  cookies: () => cookies,
});
