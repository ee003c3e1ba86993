// PutMetricData and GetMetricData beside moto_server in alternating rounds, and what a month of metrics takes.
// npm run bench -- metrics [--json] [--rounds N] [--services N]
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { systemClock } from '../src/kernel/clock.ts';
import { silentLogger } from '../src/kernel/logger.ts';
import { Ingest } from '../src/services/cloudwatch/series/ingest.ts';
import { rollUp } from '../src/services/cloudwatch/series/roll-up.ts';
import { seriesReader } from '../src/services/cloudwatch/series/series-reader.ts';
import { openDataFolder } from '../src/server/data-folder.ts';
import { openStore } from '../src/store/open-store.ts';
import { aMetric, fillMonth } from './metrics/month.ts';
import { DATA, measure, type Rates } from './metrics/throughput.ts';
import { freePort, median, print } from './support.ts';

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean' },
    rounds: { type: 'string', default: '3' },
    services: { type: 'string', default: '20' },
    /** Only fills this data folder; for the bench itself. */
    fill: { type: 'string' },
  },
});
const PART_MS = 2000;
const SCOPE = { account: '000000000000', region: 'us-east-1' };

if (options.fill !== undefined) process.stdout.write(JSON.stringify(await fill(options.fill)));
else await bench();

async function bench(): Promise<void> {
  const hasMoto = spawnSync('python3', ['-c', 'import moto.server']).status === 0;
  const teal: Rates[] = [];
  const moto: Rates[] = [];
  for (let round = 0; round < Number(options.rounds); round += 1) {
    teal.push(await withTeal(undefined, ({ url }) => measure(url, PART_MS)));
    if (hasMoto) moto.push(await withMoto((url) => measure(url, PART_MS)));
  }
  const month = await aMonth();
  const rates = { teal: summary(teal), ...(hasMoto ? { moto_server: summary(moto) } : {}) };
  print(options.json, { ...rates, month }, [
    ...Object.entries(rates).map(
      ([name, { put, get }]) =>
        `${name.padEnd(12)} ${put.toFixed(0)} PutMetricData/s of ${DATA} data each, ${get.toFixed(0)} GetMetricData/s`,
    ),
    `a month of ${options.services} services: ${month.series} series, ${(month.points / 1e6).toFixed(1)} million points, ${month.diskMiB.toFixed(0)} MiB on disk (${month.bytesPerPoint.toFixed(1)} bytes a point), filled in ${month.fillSeconds.toFixed(0)} s`,
    `  read: a day by minutes ${month.dayMs.toFixed(1)} ms, the month by hours ${month.monthMs.toFixed(1)} ms (p99 of response times); rolled up an hour later in ${month.rollUpMs.toFixed(0)} ms`,
    `  memory of Teal: ${month.idleMiB.toFixed(0)} MiB without metrics, ${month.fullMiB.toFixed(0)} MiB with them, after reading`,
    ...(rates.moto_server
      ? [
          `metrics: PutMetricData ${(rates.teal.put / rates.moto_server.put).toFixed(1)} times and GetMetricData ${(rates.teal.get / rates.moto_server.get).toFixed(1)} times moto_server`,
        ]
      : ['moto is not installed for python3: nothing to measure beside']),
  ]);
}

interface Filled {
  readonly series: number;
  readonly points: number;
  readonly fillSeconds: number;
  readonly bytes: number;
  readonly dayMs: number;
  readonly monthMs: number;
  readonly rollUpMs: number;
}

async function aMonth() {
  const path = mkdtempSync(join(tmpdir(), 'teal-bench-'));
  try {
    const idleMiB = await withTeal(path, ({ child }) => memoryOf(child));
    // In a process of its own, which leaves neither memory nor the lock on the database behind.
    const args = [process.argv[1] ?? '', '--fill', path, '--services', options.services];
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    if (stdout === '') throw new Error(`the store could not be filled: ${stderr}`);
    const filled = JSON.parse(stdout) as Filled;
    const fullMiB = await withTeal(path, async ({ url, child }) => {
      await measure(url, 1000);
      return memoryOf(child);
    });
    return {
      ...filled,
      diskMiB: filled.bytes / 1_048_576,
      bytesPerPoint: filled.bytes / filled.points,
      idleMiB,
      fullMiB,
    };
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}

async function fill(path: string): Promise<Filled> {
  const { database } = openDataFolder(path);
  const before = statSync(database).size;
  const store = await openStore(database);
  const ingest = new Ingest(store, systemClock(), silentLogger());
  const now = Date.now();
  let filled = { series: 0, points: 0 };
  const fillMs = await time(async () => (filled = await fillMonth(store, Number(options.services), now)));
  const reader = seriesReader(store, ingest);
  const read = (from: number, period: number) =>
    time(() => reader.read(SCOPE, { ...aMetric, stat: 'p99' }, { from, to: now, period }));
  const dayMs = await read(now - 86_400_000, 60_000);
  const monthMs = await read(now - 30 * 86_400_000, 3_600_000);
  const rollUpMs = await time(() => rollUp({ store, ingest }, now + 3_600_000));
  await store.close();
  const bytes = statSync(database).size - before;
  return { ...filled, fillSeconds: fillMs / 1000, bytes, dayMs, monthMs, rollUpMs };
}

async function time(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

interface Running {
  readonly url: string;
  readonly child: ChildProcess;
}

/** @param folder - the data; without one a folder that goes afterwards */
async function withTeal<R>(folder: string | undefined, work: (running: Running) => R | Promise<R>): Promise<R> {
  const data = folder ?? mkdtempSync(join(tmpdir(), 'teal-bench-'));
  const args = ['dist/teal.js', 'up', '--port', '0', '--data', data, '--runtime', 'process'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    let url = '';
    for await (const line of createInterface({ input: child.stdout })) {
      url = /^Teal is ready at (\S+)$/.exec(line)?.[1] ?? '';
      if (url !== '') break;
    }
    if (url === '') throw new Error('Teal ended before it was ready');
    return await work({ url, child });
  } finally {
    child.kill('SIGTERM');
    await once(child, 'exit');
    if (folder === undefined) rmSync(data, { recursive: true, force: true });
  }
}

async function withMoto<R>(work: (url: string) => Promise<R>): Promise<R> {
  const port = await freePort();
  const child = spawn('python3', ['-m', 'moto.server', '-p', String(port)], { stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}`;
  try {
    while (!(await fetch(`${url}/moto-api/`).then(Boolean, () => false))) await pause(50);
    return await work(url);
  } finally {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
}

/** Resident MiB; 0 where the system does not say. */
function memoryOf({ pid }: ChildProcess): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

function summary(rounds: readonly Rates[]): Rates {
  return { put: median(rounds.map(({ put }) => put)), get: median(rounds.map(({ get }) => get)) };
}
