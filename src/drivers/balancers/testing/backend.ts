import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Backend {
  readonly port: number;
  readonly server: Server;
  readonly requests: () => number;
  close(): Promise<void>;
}

/** A target on a free port; by default it answers its name. Health checks at `/health` are not counted. */
export async function startBackend(name: string, answer?: RequestListener): Promise<Backend> {
  let requests = 0;
  const server = createServer((request, response) => {
    if (request.url === '/health') return void response.end('ok');
    requests += 1;
    if (answer) answer(request, response);
    else response.end(name);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    server,
    requests: () => requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
