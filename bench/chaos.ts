// Deployments one after another on several services at once, under load, each tried with one random fault; counts every
// request. npm run bench -- chaos [--deployments N] [--seed S] [--services N] [--rate N] [--balancer NAME]
// [--only KIND] [--json]
//
// What is done to deployments: hooks that fail at any event, stops at any moment with and without rollback, releases
// that never become healthy, weights changed by hand, tasks killed with SIGKILL. A task that is killed while it serves
// loses what it was answering behind any load balancer (a 502 at AWS too), and no deployment can prevent that; so tasks
// are killed where a deployment must hide it: green before it has traffic, blue after its last request. Nothing else is
// left out: every request that is sent counts, and one that gets no whole 200 from its own service is dropped.
// Tasks end the moment they get SIGTERM and take up to 30 ms for an answer, so a task that is told to end too early
// shows. Ends with code 1 if anything was dropped.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { spawnTeal } from '../test/support/spawned-teal.ts';
import { seeded } from '../test/wire/seeded.ts';
import { type Bench, deploy, type Kind, KINDS, pickKind } from './chaos/faults.ts';
import { type Load, startLoad } from './chaos/load.ts';
import { buildWorld, type World } from './chaos/world.ts';
import { print } from './support.ts';

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean' },
    deployments: { type: 'string', default: '1000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
    services: { type: 'string', default: '4' },
    /** Requests a second over all services. */
    rate: { type: 'string', default: '240' },
    balancer: { type: 'string', default: 'embedded' },
    /** One kind of fault instead of all, to look at it closely. */
    only: { type: 'string' },
    'time-scale': { type: 'string', default: '120' },
  },
});

interface Tally {
  readonly endings: Map<Kind, Map<string, number>>;
  readonly unexpected: string[];
  begun: number;
  done: number;
}

const only = Object.keys(KINDS).find((kind): kind is Kind => kind === options.only);
if (options.only !== undefined && !only) throw new Error(`--only takes one of: ${Object.keys(KINDS).join(', ')}`);
const wanted = Number(options.deployments);
const tally: Tally = { endings: new Map(), unexpected: [], begun: 0, done: 0 };
const data = mkdtempSync(join(tmpdir(), 'teal-chaos-'));
const args = ['--port', '0', '--data', data, '--runtime', 'process', '--balancer', options.balancer];
const teal = await spawnTeal([...args, '--time-scale', options['time-scale'], '--log-level', 'error']);
let loads: readonly Load[] = [];
let startedAt = performance.now();
const showing = setInterval(() => show('\r'), 1000);
try {
  const world = await buildWorld(teal.url, Number(options.services));
  startedAt = performance.now();
  loads = world.services.map((service) => startLoad(service, Number(options.rate) / world.services.length));
  await Promise.all(world.services.map((_, index) => runService(world, index)));
  await Promise.all(loads.map((load) => load.stop()));
} finally {
  clearInterval(showing);
  await teal.stop();
  rmSync(data, { recursive: true, force: true });
}
report();

/** One deployment after another on one service, until enough have been made on all. */
async function runService(world: World, index: number): Promise<void> {
  const [service, load] = [world.services[index], loads[index]];
  if (!service || !load) return;
  const bench: Bench = { world, service, load, data, random: seeded(Number(options.seed) + index * 7919) };
  for (let number = 1; tally.begun < wanted; number += 1) {
    tally.begun += 1;
    const kind = only ?? pickKind(bench.random);
    const dropped = load.failures.length;
    const how = await attempt(bench, kind, `v${number}`);
    const endings = tally.endings.get(kind) ?? new Map<string, number>();
    tally.endings.set(kind, endings.set(how, (endings.get(how) ?? 0) + 1));
    tally.done += 1;
    if (!(KINDS[kind].ends as readonly string[]).includes(how)) note(`${kind}, ${service.name} v${number}: ${how}`);
    if (load.failures.length > dropped) {
      const lost = load.failures.slice(dropped);
      note(
        `${kind}, ${service.name} v${number}: ${lost.length} dropped, the first and last: ${lost[0]}; ${lost.at(-1)}`,
      );
    }
  }
}

function note(line: string): void {
  tally.unexpected.push(line);
  process.stderr.write(`\n${line}\n`);
}

async function attempt(bench: Bench, kind: Kind, version: string): Promise<string> {
  try {
    return await deploy(bench, kind, version);
  } catch (cause) {
    return `the bench could not go on: ${cause instanceof Error ? cause.message : String(cause)}`;
  }
}

function show(end: string): void {
  const seconds = (performance.now() - startedAt) / 1000;
  const { sent, dropped } = requests();
  const rate = (tally.done / seconds).toFixed(2);
  process.stderr.write(
    `${tally.done} of ${wanted} deployments, ${rate}/s; ${sent} requests, ${dropped.length} dropped   ${process.stderr.isTTY ? end : '\n'}`,
  );
}

function requests() {
  const sent = loads.reduce((sum, load) => sum + load.sent, 0);
  return { sent, dropped: loads.flatMap((load) => load.failures) };
}

function report(): void {
  const seconds = (performance.now() - startedAt) / 1000;
  const { sent, dropped } = requests();
  const endings = Object.fromEntries([...tally.endings].map(([kind, each]) => [kind, Object.fromEntries(each)]));
  const perSecond = sent / seconds;
  const figures = {
    ...{ seed: Number(options.seed), balancer: options.balancer, deployments: tally.done, seconds },
    ...{ requests: sent, requestsPerSecond: perSecond, endings, unexpected: tally.unexpected, dropped },
  };
  process.stderr.write('\n');
  print(options.json, figures, [
    `seed ${options.seed}, ${options.balancer} balancer: ${tally.done} deployments in ${seconds.toFixed(0)} s on ${options.services} services, ${perSecond.toFixed(0)} requests/s`,
    ...Object.entries(endings).flatMap(([kind, each]) =>
      Object.entries(each).map(([how, count]) => `  ${String(count).padStart(5)}  ${kind}: ${how}`),
    ),
    'tasks are killed only where they have no traffic: green before its shift, blue after its last request',
    ...dropped.slice(0, 20),
    `dropped ${dropped.length} of ${sent}`,
  ]);
  process.exitCode = dropped.length > 0 ? 1 : 0;
}
