import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { canListen, freePort } from '../free-port.ts';

export interface RelayOptions {
  /** The bridge's address on this machine. */
  readonly host: string;
  /** Whether a connection from an address is taken: the API is not for the rest of the network. */
  readonly admits: (address: string) => Promise<boolean>;
  /** Remembers the port, unless one is given: it stands in the environment of containers that outlive Teal. */
  readonly file: string;
  readonly port?: number;
  /** Where Teal's API answers now. */
  readonly endpoint: () => string;
}

export interface Relay {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Carries connections from containers to Teal, which listens on this machine's loopback where no container reaches it.
 *
 * @throws when the host's address is not one of this machine, or the port is another's
 */
export async function openRelay({ host, admits, file, port: given, endpoint }: RelayOptions): Promise<Relay> {
  const port = given ?? (await choosePort(host, file));
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  };
  const carry = (from: Socket): void => {
    const { hostname, port: to } = new URL(endpoint());
    const onward = connect({ host: hostname, port: Number(to || 80), allowHalfOpen: true });
    keep(onward);
    from.pipe(onward).pipe(from);
    from.on('error', () => onward.destroy()).on('close', () => onward.destroy());
    onward.on('error', () => from.destroy());
  };
  const server = createServer({ allowHalfOpen: true }, (from) => {
    keep(from);
    from.on('error', () => from.destroy());
    void admits(from.remoteAddress ?? '')
      .catch(() => false) // the Engine is away
      .then((isAdmitted) => (isAdmitted && !from.destroyed ? carry(from) : void from.destroy()));
  });
  await listen(server, host, port);
  return {
    url: `http://${host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

async function choosePort(host: string, file: string): Promise<number> {
  const before = remembered(file);
  if (before !== undefined && (await canListen(host, before))) return before;
  const port = await freePort(host, new Set());
  writeFileSync(`${file}.new`, JSON.stringify({ port }));
  renameSync(`${file}.new`, file);
  return port;
}

function remembered(file: string): number | undefined {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { port: number }).port;
  } catch {
    return undefined;
  }
}

const listen = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
