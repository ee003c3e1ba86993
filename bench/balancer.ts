/**
 * `npm run bench -- balancer [--json] [--seconds N] [--rounds N] [--body 200|65536]`: requests a second, p99, processor time per 1,000
 * requests and memory through Teal's two drivers, two HAProxy configurations written by hand (one that does the same with
 * a request, and the least) and http-proxy-3, over one backend process, with bodies of 200 bytes and of 64 KiB, in alternating runs of one load generator.
 *
 * Where there are two cores or more and `taskset`, each proxy has the last core to itself and the rest of the bench stays off it:
 * otherwise the scheduler puts them on one core in turns or on both, and the same build carries half or all. `busy` says
 * how much of its core a proxy used: below some 95 % the load generator was the limit, and only processor time tells.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Server as NetServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createBackend } from './balancer/backend.ts';
import { generateLoad, type LoadFigures } from './balancer/load.ts';
import { coresOf } from './balancer/cores.ts';
import { openPeers, spawnRole, startRole, type Peer } from './balancer/peers.ts';
import { pidsOf, usageOf } from './balancer/processes.ts';
import { median, print } from './support.ts';

const CONNECTIONS = 64;
const NO_PROXY = 'no proxy';
const BODIES = { '200 B': 200, '64 KiB': 64 * 1024 } as const;

interface Run extends LoadFigures {
  /** Milliseconds of processor time per 1,000 requests. */
  readonly cpu: number;
  /** Of one core, in percent. */
  readonly busy: number;
  readonly memory: number;
}

type Runs = ReadonlyMap<string, Run[]>;

const cores = coresOf();

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '3' },
    body: { type: 'string' },
    role: { type: 'string' },
  },
});

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'teal-bench-'));
  const results: Record<string, Record<string, Run>> = {};
  try {
    for (const [body, bytes] of Object.entries(BODIES).filter(([, bytes]) => Number(values.body ?? bytes) === bytes))
      results[body] = medians(await measureAll(join(folder, String(bytes)), bytes));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  print(values.json, results, [cores.said, ...Object.entries(results).flatMap(lines), ...ratios(results)]);
}

async function measureAll(folder: string, bytes: number): Promise<Runs> {
  mkdirSync(folder);
  cores.keepOff(process.pid);
  const backend = await startRole('backend', [String(bytes)]);
  const peers = await openPeers(folder, backend.port);
  try {
    return await measure([{ ...backend, name: NO_PROXY }, ...peers]);
  } finally {
    for (const peer of peers) await peer.close();
    await backend.close();
  }
}

/** Runs every peer once per round, so that a busy moment of the machine falls on all. The first round warms up. */
async function measure(peers: readonly Peer[]): Promise<Runs> {
  const results = new Map<string, Run[]>(peers.map(({ name }) => [name, []]));
  const seconds = Number(values.seconds);
  for (const peer of peers) await runOne(peer, Math.min(1, seconds));
  for (let round = 0; round < Number(values.rounds); round++)
    for (const peer of peers) results.get(peer.name)?.push(await runOne(peer, seconds));
  return results;
}

async function runOne({ name, port, runsAs }: Peer, seconds: number): Promise<Run> {
  const pids = typeof runsAs === 'number' ? [runsAs] : pidsOf(runsAs);
  if (name !== NO_PROXY) for (const pid of pids) cores.giveOwn(pid);
  const before = usageOf(pids);
  const figures = await runLoad(port, seconds);
  const after = usageOf(pids);
  const used = after.cpuSeconds - before.cpuSeconds;
  return {
    ...figures,
    cpu: (used * 1000) / (figures.requests / 1000),
    busy: (used / seconds) * 100,
    memory: after.memory,
  };
}

async function runLoad(port: number, seconds: number): Promise<LoadFigures> {
  const child = spawnRole('load', [String(port), String(seconds)]);
  return new Promise((resolve, reject) => {
    let figures: LoadFigures | undefined;
    child.once('message', (message) => (figures = message as LoadFigures));
    child.once('exit', () => (figures ? resolve(figures) : reject(new Error('the load generator ended early'))));
  });
}

const medians = (results: Runs): Record<string, Run> =>
  Object.fromEntries(
    [...results].map(([name, runs]) => [
      name,
      {
        requestsPerSecond: median(runs.map((run) => run.requestsPerSecond)),
        p99: median(runs.map((run) => run.p99)),
        requests: runs.reduce((sum, run) => sum + run.requests, 0),
        failures: runs.reduce((sum, run) => sum + run.failures, 0),
        cpu: median(runs.map((run) => run.cpu)),
        busy: median(runs.map((run) => run.busy)),
        memory: median(runs.map((run) => run.memory)),
      },
    ]),
  );

const lines = ([body, runs]: [string, Record<string, Run>]): string[] =>
  Object.entries(runs).map(([name, run]) => {
    const own =
      name === NO_PROXY
        ? ''
        : `, ${run.cpu.toFixed(1)} ms CPU per 1,000, ${run.busy.toFixed(0)} % busy, ${run.memory.toFixed(0)} MiB`;
    const rate = `${Math.round(run.requestsPerSecond).toLocaleString('en')} requests/s, p99 ${run.p99.toFixed(1)} ms`;
    return `${body.padEnd(6)}  ${name.padEnd(19)}  ${rate}${own}, ${run.failures} failed`;
  });

const PAIRS = [
  ['embedded', 'haproxy'],
  ['embedded', 'http-proxy-3'],
  ['haproxy driver', 'haproxy, same rules'],
  ['haproxy driver', 'haproxy'],
] as const;

const ratios = (results: Record<string, Record<string, Run>>): string[] =>
  Object.entries(results).flatMap(([body, runs]) =>
    PAIRS.map(([own, peer]) => {
      const [mine, theirs] = [runs[own], runs[peer]];
      if (!mine || !theirs) return `balancer: ${mine ? peer : own} was not found here and is skipped (${body})`;
      const [rate, time] = [mine.requestsPerSecond / theirs.requestsPerSecond, theirs.cpu / mine.cpu];
      return `balancer: ${own} ${rate.toFixed(2)} of ${peer}, and ${time.toFixed(2)} by processor time (${body})`;
    }),
  );

async function serveHttpProxy(backend: number): Promise<void> {
  const { createProxyServer } = await import('http-proxy-3');
  const { Agent } = await import('node:http');
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS * 2 });
  const proxy = createProxyServer({ target: `http://127.0.0.1:${backend}`, agent, xfwd: true });
  proxy.on('error', () => undefined);
  await announce(createServer((request, response) => void proxy.web(request, response)));
}

function announce(server: Server | NetServer): Promise<void> {
  return new Promise((resolve) =>
    server.listen({ host: '127.0.0.1', port: 0, backlog: 1024 }, () => {
      process.send?.((server.address() as AddressInfo).port);
      resolve();
    }),
  );
}

// Its parts must not outlive a bench that was stopped.
if (values.role !== undefined) process.on('disconnect', () => process.exit());

// Last, because it uses what is defined above.
switch (values.role) {
  case 'backend':
    await announce(createBackend(Number(positionals[0])));
    break;
  case 'http-proxy-3':
    await serveHttpProxy(Number(positionals[0]));
    break;
  case 'load':
    process.send?.(await generateLoad(Number(positionals[0]), CONNECTIONS, Number(positionals[1])), () =>
      process.exit(),
    );
    break;
  default:
    await main();
}
