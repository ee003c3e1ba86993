import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Listener = (request: IncomingMessage, response: ServerResponse) => void;

export interface HttpServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Opens Teal's one endpoint.
 *
 * @throws when the address is beyond loopback (nothing checks credentials yet) or the port is taken
 */
export async function openHttpServer(host: string, port: number, listener: Listener): Promise<HttpServer> {
  requireLoopback(host);
  const server = createServer({ keepAliveTimeout: 65_000, requestTimeout: 0 }, listener);
  await listen(server, host, port);
  const address = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function requireLoopback(host: string): void {
  if (host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)) return;
  throw new Error(
    `Teal was asked to listen on '${host}', which others can reach, and does not verify credentials yet. ` +
      `Use a loopback address such as 127.0.0.1.`,
  );
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const taken = cause.code === 'EADDRINUSE';
      reject(
        taken
          ? new Error(`port ${port} on ${host} is taken; end what uses it, or choose another with --port`, { cause })
          : cause,
      );
    });
    server.listen({ host, port }, resolve);
  });
}
