import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Balancer, BalancerObservation } from '../../src/drivers/balancers/balancer.ts';
import { createEmbeddedBalancer } from '../../src/drivers/balancers/embedded/embedded-balancer.ts';
import { BALANCERS } from '../../src/drivers/balancers/table.ts';
import { configOf, forwardTo, groupOf, listenerOf } from '../../src/drivers/balancers/testing/configs.ts';
import { freePort } from '../support.ts';

/** Something that carries requests, and how to find its processes. */
export interface Peer {
  readonly name: string;
  readonly port: number;
  /** A text that the command lines of its processes hold, or its one process. */
  readonly runsAs: string | number;
  close(): Promise<void>;
}

/** All peers in front of one backend; those that cannot be had here are left out. */
export async function openPeers(folder: string, backend: number): Promise<Peer[]> {
  const peers = [await openEmbedded(join(folder, 'embedded'), backend)];
  const rest = [openHaproxyDriver, openHaproxySameRules, openHaproxyBare, openHttpProxy];
  for (const open of rest) {
    const peer = await open(join(folder, open.name), backend);
    if (peer) peers.push(peer);
  }
  return peers;
}

export const findHaproxy = (): string | undefined =>
  ['haproxy', '/usr/sbin/haproxy', '/usr/local/sbin/haproxy'].find((path) => spawnSync(path, ['-v']).status === 0);

async function openEmbedded(folder: string, backend: number): Promise<Peer> {
  // Named outright: this program is bundled into `bench/`, a folder below the balancer process's own bundle.
  const entry = fileURLToPath(new URL('../balancer.js', import.meta.url));
  mkdirSync(folder);
  const balancer = await createEmbeddedBalancer({ folder, host: '127.0.0.1', entry, onChange: () => undefined });
  return driven('embedded', balancer, folder, backend);
}

async function openHaproxyDriver(folder: string, backend: number): Promise<Peer | undefined> {
  if (!findHaproxy()) return undefined;
  mkdirSync(folder);
  const balancer = await BALANCERS.haproxy({ folder, host: '127.0.0.1', onChange: () => undefined });
  return driven('haproxy driver', balancer, folder, backend);
}

/** Two groups by weight over one backend, each with its health checks. */
async function driven(name: string, balancer: Balancer, folder: string, backend: number): Promise<Peer> {
  const listener = listenerOf([forwardTo({ blue: 90, green: 10 })]);
  const config = configOf(1, [listener], [groupOf('blue', [backend]), groupOf('green', [backend])]);
  await balancer.apply(config);
  let seen = await balancer.observe();
  while (!isHealthy(seen)) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    seen = await balancer.observe();
  }
  const port = seen.listeners[0]?.boundPort ?? 0;
  return { name, port, runsAs: folder, close: () => balancer.close({ leaveRunning: false }) };
}

const isHealthy = ({ targetGroups }: BalancerObservation): boolean =>
  targetGroups.every(({ targets }) => targets.every(({ health }) => health === 'healthy'));

const openHaproxySameRules = (folder: string, backend: number): Promise<Peer | undefined> =>
  openHaproxyByHand('haproxy, same rules', folder, (port) => sameRules(folder, port, backend));

const openHaproxyBare = (folder: string, backend: number): Promise<Peer | undefined> =>
  openHaproxyByHand('haproxy', folder, (port) => bare(folder, port, backend));

async function openHaproxyByHand(
  name: string,
  folder: string,
  config: (port: number) => string,
): Promise<Peer | undefined> {
  const command = findHaproxy();
  if (!command) return undefined;
  mkdirSync(folder);
  const port = await freePort();
  writeFileSync(join(folder, 'weights.map'), 'rule 90\n');
  writeFileSync(join(folder, 'haproxy.cfg'), config(port));
  const child = spawn(command, ['-db', '-f', join(folder, 'haproxy.cfg')], { stdio: 'ignore' });
  await answers(port);
  return { name, port, runsAs: folder, close: () => end(child) };
}

/**
 * What somebody would write who wants what an Application Load Balancer does with a request, and nothing of what it takes
 * to change it while it runs: the headers that targets get and do not get, its refusals, a trace id of the right form, the
 * same room for headers, and requests that a closing idle connection does not fail. One thread, as the drivers have.
 */
const sameRules = (folder: string, port: number, backend: number): string => `
global
  maxconn 8000
  nbthread 1
  tune.bufsize 32768
  tune.http.maxhdr 256
  stats socket ${folder}/admin.sock mode 600 level admin
defaults
  mode http
  timeout connect 10s
  timeout client 60s
  timeout server 60s
  retries 2
  option redispatch 1
  retry-on conn-failure empty-response
  http-reuse safe
frontend front
  bind 127.0.0.1:${port}
  http-request deny deny_status 405 if { method TRACE CONNECT }
  http-request deny deny_status 400 if { req.hdr_cnt(x-forwarded-for) gt 30 }
  http-request del-header Upgrade if { req.fhdr(upgrade) -m found } !{ req.fhdr(upgrade) -m str -i websocket }
  http-request del-header Keep-Alive
  http-request del-header TE if !{ req.fhdr(content-type) -m beg application/grpc }
  http-request del-header proxy- -m beg
  http-request add-header X-Forwarded-For %[src] if !{ req.fhdr(x-forwarded-for) -m found }
  http-request set-header X-Forwarded-For "%[req.fhdr(x-forwarded-for)], %[src]" if { req.fhdr_cnt(x-forwarded-for) gt 1 }
  http-request set-header X-Forwarded-Proto http
  http-request set-header X-Forwarded-Port ${port}
  http-request set-var(txn.id) uuid()
  http-request set-header X-Amzn-Trace-Id "Root=1-%[date,hex,bytes(8,8),lower]-%[var(txn.id),bytes(0,8)]%[var(txn.id),bytes(9,4)]%[var(txn.id),bytes(24,12)]" if !{ req.fhdr(x-amzn-trace-id) -m found }
  http-request set-header Host %[req.fhdr(host)]:${port} if !{ req.fhdr(host) -m sub : }
  http-request set-var(txn.blue) str(rule),map_str_int(${folder}/weights.map)
  http-request set-var(txn.drawn) rand(100),sub(txn.blue)
  use_backend blue if { var(txn.drawn) -m int lt 0 }
  default_backend green
backend blue
  http-request disable-l7-retry unless { method GET HEAD OPTIONS }
  option httpchk GET /health
  server b1 127.0.0.1:${backend} check inter 100ms
backend green
  http-request disable-l7-retry unless { method GET HEAD OPTIONS }
  option httpchk GET /health
  server g1 127.0.0.1:${backend} check inter 100ms
`;

/** The least: weights that can be changed without a reload, forwarded headers, health checks. One thread. */
const bare = (folder: string, port: number, backend: number): string => `
global
  maxconn 8000
  nbthread 1
  stats socket ${folder}/admin.sock mode 600 level admin
defaults
  mode http
  timeout connect 10s
  timeout client 60s
  timeout server 60s
  http-reuse always
frontend front
  bind 127.0.0.1:${port}
  option forwardfor
  http-request set-header X-Forwarded-Proto http
  http-request set-header X-Forwarded-Port ${port}
  unique-id-format 1-%[date,hex,bytes(8,8)]-%[uuid()]
  unique-id-header X-Amzn-Trace-Id
  http-request set-var(txn.blue) str(rule),map_str_int(${folder}/weights.map)
  http-request set-var(txn.drawn) rand(100),sub(txn.blue)
  use_backend blue if { var(txn.drawn) -m int lt 0 }
  default_backend green
backend blue
  option httpchk GET /health
  server b1 127.0.0.1:${backend} check inter 100ms
backend green
  option httpchk GET /health
  server g1 127.0.0.1:${backend} check inter 100ms
`;

async function openHttpProxy(_folder: string, backend: number): Promise<Peer | undefined> {
  try {
    await import('http-proxy-3');
  } catch {
    return undefined;
  }
  return startRole('http-proxy-3', [String(backend)]);
}

/** Runs this program again in another part, and waits for the port it says. */
export async function startRole(role: string, rest: readonly string[]): Promise<Peer> {
  const child = spawnRole(role, rest);
  const port = await new Promise<number>((resolve, reject) => {
    child.once('message', (message) => resolve(Number(message)));
    child.once('exit', () => reject(new Error(`the ${role} process ended early`)));
  });
  return { name: role, port, runsAs: child.pid ?? 0, close: () => end(child) };
}

export const spawnRole = (role: string, rest: readonly string[]): ChildProcess =>
  spawn(process.execPath, [process.argv[1] ?? '', '--role', role, ...rest], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}

async function answers(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect({ host: '127.0.0.1', port });
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`nothing listens on port ${port}`);
}
