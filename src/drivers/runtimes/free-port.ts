import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

// Below the range the kernel takes for outgoing connections (32768 and up): a connection of the balancer could
// otherwise sit on the port between our choice and the program's bind.
const FIRST = 10_240;
const LAST = 32_767;

/**
 * Finds a port nothing listens on.
 *
 * @param taken - ports promised to others that may not listen yet
 * @throws when 200 random ports are all in use
 */
export async function freePort(host: string, taken: ReadonlySet<number>): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const port = randomInt(FIRST, LAST + 1);
    if (!taken.has(port) && (await canListen(host, port))) return port;
  }
  throw new Error(`no free port found on ${host} between ${FIRST} and ${LAST}`);
}

export function canListen(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
