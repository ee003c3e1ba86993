import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ClientContext } from '../client-context.ts';
import { Door } from '../door.ts';
import { IdleWatch } from '../idle-watch.ts';
import type { ClientStream } from '../messages.ts';
import { serveHttp1 } from './client-connection.ts';
import { generateRequests } from './testing/hostile-requests.ts';

/** A request as a server understood it, its body whole. */
interface Understood {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly string[];
  readonly body: string;
}

interface Server {
  readonly port: number;
  /** What was understood by the client's port. */
  readonly understood: Map<number, Understood[]>;
  /** The server's ends, by the client's port. */
  readonly sockets: Map<number, Socket>;
  close(): void;
}

let ours: Server;
let nodes: Server;
beforeAll(async () => {
  [ours, nodes] = [await startOurs(), await startNodes()];
});
afterAll(() => {
  ours.close();
  nodes.close();
});

async function startOurs(): Promise<Server> {
  const understood = new Map<number, Understood[]>();
  const sockets = new Map<number, Socket>();
  const answer = (stream: ClientStream, status: number) => {
    stream.answer(status, 'said', [], 0);
    stream.end();
  };
  const take = (stream: ClientStream) => {
    const { method, target, headers, body: framing } = stream.head;
    let body = '';
    const whole = () => {
      note(understood, stream.peer.port, { method, target, headers, body });
      answer(stream, 200);
    };
    const ignored = () => undefined;
    const listener = { drained: ignored, clientGone: ignored, clientSilent: ignored, clientBroke: ignored };
    stream.listen({ ...listener, data: (bytes) => void (body += bytes.toString('latin1')), dataEnd: whole });
    if (framing === 'none') whole();
  };
  const context: ClientContext = { tables: [], watch: new IdleWatch(), take, refuse: answer };
  const door = await Door.open('127.0.0.1', 0);
  door.serve((socket) => {
    const { remotePort: port = 0 } = socket;
    sockets.set(port, socket);
    serveHttp1(socket, { address: '', port, localAddress: '', localPort: 0, connectionId: '' }, context);
  });
  return {
    port: door.port,
    understood,
    sockets,
    close() {
      void door.close();
      for (const socket of sockets.values()) socket.destroy();
    },
  };
}

async function startNodes(): Promise<Server> {
  const understood = new Map<number, Understood[]>();
  const sockets = new Map<number, Socket>();
  const server = createServer((request, response) => {
    const { method = '', url: target = '', rawHeaders: headers } = request;
    const { remotePort: port = 0 } = request.socket;
    let body = '';
    request.on('data', (bytes: Buffer) => (body += bytes.toString('latin1')));
    request.on('end', () => {
      note(understood, port, { method, target, headers, body });
      response.end();
    });
  });
  // Not at once: a request before the bytes in error may be whole, and not have said so yet.
  server.on('connection', (socket) => sockets.set(socket.remotePort ?? 0, socket));
  server.on('clientError', (_, socket) => void turns().then(() => socket.destroy()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    understood,
    sockets,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function note(understood: Map<number, Understood[]>, port: number, request: Understood): void {
  understood.set(port, [...(understood.get(port) ?? []), request]);
}

/** Says bytes and hangs up when they are read. @returns what the server understood of them */
function tell({ port, understood, sockets }: Server, bytes: string): Promise<readonly Understood[]> {
  return new Promise((resolve) => {
    let local = 0;
    const socket = connect({ host: '127.0.0.1', port }, () => {
      local = socket.localPort ?? 0;
      socket.write(bytes, 'latin1');
      void hangUp();
    });
    // Node gives up what it has read when the connection ends before it has told of it.
    const hangUp = async () => {
      while (!socket.destroyed && (sockets.get(local)?.bytesRead ?? 0) < bytes.length) await turn();
      await turns();
      socket.end();
    };
    socket.resume();
    socket.on('error', () => undefined);
    socket.on('close', () => {
      resolve(understood.get(local) ?? []);
      understood.delete(local);
      sockets.delete(local);
    });
  });
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** As many as bytes that were read may take to become a request that is told of. */
async function turns(): Promise<void> {
  for (let count = 0; count < 5; count++) await turn();
}

const SEED = 20_260_101;
const CASES = 2500;
const AT_A_TIME = 50;

it('understands of any bytes what node understands, or less of it, and never anything else', async () => {
  const cases = generateRequests(SEED, CASES);
  let agreed = 0;
  let stricter = 0;

  for (let from = 0; from < cases.length; from += AT_A_TIME)
    await Promise.all(
      cases.slice(from, from + AT_A_TIME).map(async (bytes) => {
        const [own, node] = await Promise.all([tell(ours, bytes), tell(nodes, bytes)]);
        expect({ bytes, understood: own }).toEqual({ bytes, understood: node.slice(0, own.length) });
        if (own.length < node.length) stricter += 1;
        else if (own.length > 0) agreed += 1;
      }),
    );

  // Otherwise the cases would say little: most must be understood in part, and some be refused by one only.
  expect(agreed).toBeGreaterThan(CASES / 10);
  expect(stricter).toBeGreaterThan(0);
});
