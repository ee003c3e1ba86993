import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { silentLogger } from '../../src/kernel/logger.ts';
import { createWire } from '../../src/wire/dispatch.ts';
import { httpListener } from '../../src/wire/http.ts';
import type { ServiceName } from '../../src/wire/types.ts';
import { echo, type Echo } from './echo.ts';
import { fromTagged, toTagged } from './tagged.ts';

export interface EchoServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves every operation over HTTP; `/_echo` takes the next reply and gives the last input. */
export async function startEchoServer(names: readonly ServiceName[]): Promise<EchoServer> {
  const echoed = await echo(names);
  const wire = httpListener(createWire({ services: echoed.services, logger: silentLogger() }));
  const server: Server = createServer((request, response) => {
    if (request.url === '/_echo') void sideDoor(echoed, request, response);
    else wire(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function sideDoor(echoed: Echo, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === 'GET') return void response.end(JSON.stringify(toTagged(echoed.seen ?? null)));
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  echoed.reply = fromTagged(JSON.parse(Buffer.concat(chunks).toString('utf8'))) as object;
  echoed.seen = undefined;
  response.end('{}');
}
