import { createServer } from 'node:net';

/**
 * Ports that nobody else chooses while a test uses one: neither the kernel, which gives outgoing connections and
 * listeners on port 0 those from 32768 on, nor Teal, which gives tasks those from 10240 on. `fetch` refuses 10080, and some
 * below 7000. Source: Fetch Standard, port blocking.
 */
const FIRST = 7_000;
const LAST = 10_079;
/** Each worker of a run has its own part of them. */
const PER_WORKER = 500;

const worker = Number(process.env['VITEST_POOL_ID'] ?? 1) - 1;
const first = FIRST + ((worker * PER_WORKER) % (LAST + 1 - FIRST - PER_WORKER));
let given = 0;

/** A port of loopback that nothing listens on, another one at each call until all have been given. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < PER_WORKER; tries += 1) {
    const port = first + (given++ % PER_WORKER);
    if (await canListen(port)) return port;
  }
  throw new Error(`nothing is free between ${first} and ${first + PER_WORKER - 1}`);
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
