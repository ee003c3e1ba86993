/**
 * `npm run bench -- balancer [--json] [--seconds N] [--rounds N]`: requests a second and p99 through the embedded
 * balancer, HAProxy and http-proxy-3 over one backend process, in alternating runs of one load generator.
 *
 * The machine's cores are shared by all of them, so read ratios, not absolutes.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { connect, createServer as createNetServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createEmbeddedBalancer } from '../src/drivers/balancers/embedded/embedded-balancer.ts';
import { configOf, forwardTo, groupOf, listenerOf } from '../src/drivers/balancers/testing/configs.ts';

const CONNECTIONS = 64;
const BODY_BYTES = 200;

interface Figures {
  readonly requestsPerSecond: number;
  readonly p99: number;
  readonly failures: number;
}

interface Peer {
  readonly name: string;
  readonly port: number;
  close(): Promise<void>;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '3' },
    role: { type: 'string' },
  },
});

async function main(): Promise<void> {
  const backend = await startRole('backend', []);
  const folder = mkdtempSync(join(tmpdir(), 'teal-bench-'));
  const peers: Peer[] = [];
  try {
    peers.push(await openTeal(folder, backend.port));
    for (const open of [openHaproxy, openHttpProxy]) {
      const peer = await open(folder, backend.port);
      if (peer) peers.push(peer);
    }
    const results = await measure([{ ...backend, name: 'direct' }, ...peers]);
    report(results);
  } finally {
    for (const peer of peers) await peer.close();
    await backend.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs every peer once per round, so that a busy moment of the machine falls on all. The first round warms up. */
async function measure(peers: readonly Peer[]): Promise<Map<string, Figures[]>> {
  const results = new Map<string, Figures[]>(peers.map(({ name }) => [name, []]));
  const seconds = Number(values.seconds);
  for (const { port } of peers) await runLoad(port, Math.min(1, seconds));
  for (let round = 0; round < Number(values.rounds); round++)
    for (const { name, port } of peers) results.get(name)?.push(await runLoad(port, seconds));
  return results;
}

function report(results: ReadonlyMap<string, readonly Figures[]>): void {
  const medians = new Map([...results].map(([name, runs]) => [name, medianOf(runs)]));
  if (values.json)
    process.stdout.write(
      `${JSON.stringify({ medians: Object.fromEntries(medians), runs: Object.fromEntries(results) })}\n`,
    );
  for (const [name, { requestsPerSecond, p99, failures }] of medians)
    process.stdout.write(
      `${name}: ${Math.round(requestsPerSecond)} requests/s, p99 ${p99.toFixed(1)} ms, ${failures} failed\n`,
    );
  const own = medians.get('embedded')?.requestsPerSecond ?? 0;
  for (const name of ['http-proxy-3', 'haproxy']) {
    const peer = medians.get(name);
    if (peer) process.stdout.write(`balancer: ${(own / peer.requestsPerSecond).toFixed(2)} of ${name}\n`);
    else process.stdout.write(`${name} was not found here and is skipped\n`);
  }
}

function medianOf(runs: readonly Figures[]): Figures {
  const middle = (pick: (run: Figures) => number) => runs.map(pick).sort((a, b) => a - b)[runs.length >> 1] ?? 0;
  return {
    requestsPerSecond: middle((run) => run.requestsPerSecond),
    p99: middle((run) => run.p99),
    failures: runs.reduce((sum, run) => sum + run.failures, 0),
  };
}

async function openTeal(folder: string, backend: number): Promise<Peer> {
  // Named outright: this program is bundled as `bench/balancer.js`, a folder below the balancer process's own bundle.
  const entry = fileURLToPath(new URL('../balancer.js', import.meta.url));
  const balancer = await createEmbeddedBalancer({ folder, host: '127.0.0.1', entry, onChange: () => undefined });
  const listener = listenerOf([forwardTo({ blue: 90, green: 10 })]);
  const seen = await balancer.apply(configOf(1, [listener], [groupOf('blue', [backend]), groupOf('green', [backend])]));
  const port = seen.listeners[0]?.boundPort ?? 0;
  return { name: 'embedded', port, close: () => balancer.close({ leaveRunning: false }) };
}

async function openHaproxy(folder: string, backend: number): Promise<Peer | undefined> {
  const command = ['haproxy', '/usr/sbin/haproxy'].find((path) => spawnSync(path, ['-v']).status === 0);
  if (!command) return undefined;
  const port = await freePort();
  const file = join(folder, 'haproxy.cfg');
  writeFileSync(file, haproxyConfig(port, backend));
  const child = spawn(command, ['-db', '-f', file], { stdio: 'ignore' });
  await answers(port);
  return { name: 'haproxy', port, close: () => end(child) };
}

/** One thread, as the embedded balancer has one, and the same weighted choice between two groups. */
const haproxyConfig = (port: number, backend: number): string => `
global
  maxconn 8000
  nbthread 1
defaults
  mode http
  timeout connect 2s
  timeout client 60s
  timeout server 60s
  option forwardfor
  http-reuse always
frontend front
  bind 127.0.0.1:${port}
  http-request set-var(txn.r) rand(100)
  use_backend green if { var(txn.r) -m int lt 10 }
  default_backend blue
backend blue
  server b1 127.0.0.1:${backend} check inter 1s
backend green
  server g1 127.0.0.1:${backend} check inter 1s
`;

async function openHttpProxy(_folder: string, backend: number): Promise<Peer | undefined> {
  try {
    await import('http-proxy-3');
  } catch {
    return undefined;
  }
  return { ...(await startRole('http-proxy-3', [String(backend)])), name: 'http-proxy-3' };
}

/** Runs this program again in another part, and waits for the port it says. */
async function startRole(role: string, rest: readonly string[]): Promise<Peer> {
  const child = spawnRole(role, rest);
  const port = await new Promise<number>((resolve, reject) => {
    child.once('message', (message) => resolve(Number(message)));
    child.once('exit', () => reject(new Error(`the ${role} process ended early`)));
  });
  return { name: role, port, close: () => end(child) };
}

async function runLoad(port: number, seconds: number): Promise<Figures> {
  const child = spawnRole('load', [String(port), String(seconds)]);
  return new Promise((resolve, reject) => {
    let figures: Figures | undefined;
    child.once('message', (message) => (figures = message as Figures));
    child.once('exit', () => (figures ? resolve(figures) : reject(new Error('the load generator ended early'))));
  });
}

const spawnRole = (role: string, rest: readonly string[]): ChildProcess =>
  spawn(process.execPath, [process.argv[1] ?? '', '--role', role, ...rest], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}

/** Answers 200 bytes with as little work as can be, so that the proxies are what is measured. */
async function serveBackend(): Promise<void> {
  const answer = `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${BODY_BYTES}\r\n\r\n${'x'.repeat(BODY_BYTES)}`;
  const server = createNetServer({ noDelay: true }, (socket) => {
    let tail = '';
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      const heads = (tail + bytes.toString('latin1')).split('\r\n\r\n');
      tail = heads.pop() ?? '';
      if (heads.length > 0) socket.write(answer.repeat(heads.length), 'latin1');
    });
  });
  await announce(server);
}

async function serveHttpProxy(backend: number): Promise<void> {
  const { createProxyServer } = await import('http-proxy-3');
  const { Agent } = await import('node:http');
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS * 2 });
  const proxy = createProxyServer({ target: `http://127.0.0.1:${backend}`, agent, xfwd: true });
  proxy.on('error', () => undefined);
  await announce(createServer((request, response) => void proxy.web(request, response)));
}

function announce(server: Server | ReturnType<typeof createNetServer>): Promise<void> {
  return new Promise((resolve) =>
    server.listen({ host: '127.0.0.1', port: 0, backlog: 1024 }, () => {
      process.send?.((server.address() as AddressInfo).port);
      resolve();
    }),
  );
}

/** Keeps one request going on each of the connections, and notes how long each took. */
async function generateLoad(port: number, seconds: number): Promise<Figures> {
  const spans: number[] = [];
  let failures = 0;
  const endsAt = performance.now() + seconds * 1000;
  const drive = () =>
    new Promise<void>((resolve) => {
      const socket = connect({ host: '127.0.0.1', port, noDelay: true });
      let startedAt = 0;
      let text = '';
      const next = () => {
        if (performance.now() >= endsAt) return void socket.destroy();
        startedAt = performance.now();
        text = '';
        socket.write('GET / HTTP/1.1\r\nHost: bench.test\r\nUser-Agent: teal-bench\r\nAccept: */*\r\n\r\n', 'latin1');
      };
      socket.on('connect', next);
      socket.on('error', () => (failures += 1));
      socket.on('close', () => resolve());
      socket.on('data', (bytes) => {
        text += bytes.toString('latin1');
        if (!isWhole(text)) return;
        if (!text.startsWith('HTTP/1.1 200')) failures += 1;
        spans.push(performance.now() - startedAt);
        next();
      });
    });
  await Promise.all(Array.from({ length: CONNECTIONS }, drive));
  spans.sort((a, b) => a - b);
  return { requestsPerSecond: spans.length / seconds, p99: spans[Math.floor(spans.length * 0.99)] ?? 0, failures };
}

/** Every answer has a known body length here, or is chunked by a proxy that likes to. */
function isWhole(text: string): boolean {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return false;
  const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, end))?.[1];
  return length === undefined ? text.endsWith('\r\n0\r\n\r\n') : text.length >= end + 4 + Number(length);
}

async function freePort(): Promise<number> {
  const server = createNetServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function answers(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect({ host: '127.0.0.1', port });
      socket.on('connect', () => resolve(true));
      socket.on('error', () => resolve(false));
      socket.on('close', () => socket.destroy());
      socket.once('connect', () => socket.destroy());
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`nothing listens on port ${port}`);
}

// Its parts must not outlive a bench that was stopped.
if (values.role !== undefined) process.on('disconnect', () => process.exit());

// Last, because it uses what is defined above.
switch (values.role) {
  case 'backend':
    await serveBackend();
    break;
  case 'http-proxy-3':
    await serveHttpProxy(Number(positionals[0]));
    break;
  case 'load':
    process.send?.(await generateLoad(Number(positionals[0]), Number(positionals[1])), () => process.exit());
    break;
  default:
    await main();
}
