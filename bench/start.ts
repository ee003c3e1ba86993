// From `npm start` to ready, and memory when idle, beside moto_server in alternating runs.
// npm run bench -- start [--json] [--rounds N]
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { freePort, median, print } from './support.ts';

const { values: options } = parseArgs({
  options: { json: { type: 'boolean' }, rounds: { type: 'string', default: '5' } },
});

interface Start {
  readonly readyMs: number;
  readonly idleMiB: number;
}

const teal: Start[] = [];
const moto: Start[] = [];
const hasMoto = spawnSync('moto_server', ['--help']).status === 0;
for (let round = 0; round < Number(options.rounds); round += 1) {
  teal.push(await startTeal());
  if (hasMoto) moto.push(await startMoto());
}

const figures = { teal: summary(teal), ...(hasMoto ? { moto_server: summary(moto) } : {}) };
print(options.json, figures, [
  `teal         ready in ${figures.teal.readyMs.toFixed(0)} ms, ${figures.teal.idleMiB.toFixed(0)} MiB idle (control plane and balancer)`,
  ...(figures.moto_server
    ? [
        `moto_server  ready in ${figures.moto_server.readyMs.toFixed(0)} ms, ${figures.moto_server.idleMiB.toFixed(0)} MiB idle`,
        `start: ${(figures.teal.readyMs / figures.moto_server.readyMs).toFixed(2)} of moto_server`,
      ]
    : ['moto_server is not installed: nothing to measure beside']),
]);

async function startTeal(): Promise<Start> {
  const data = mkdtempSync(join(tmpdir(), 'teal-bench-'));
  const startedAt = performance.now();
  const child = spawn('npm', ['start', '--silent', '--', '--port', '0', '--data', data, '--runtime', 'process'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  for await (const line of createInterface({ input: child.stdout })) if (line.startsWith('Teal is ready')) break;
  const readyMs = performance.now() - startedAt;
  await pause(1000);
  const idleMiB =
    residentMiB((command) => command.includes('teal.mjs') && command.includes(data)) +
    residentMiB((command) => command.includes('balancer.js') && command.includes(data));
  await end(child);
  rmSync(data, { recursive: true, force: true });
  return { readyMs, idleMiB };
}

async function startMoto(): Promise<Start> {
  const port = await freePort();
  const startedAt = performance.now();
  const child = spawn('moto_server', ['-p', String(port)], { stdio: 'ignore', detached: true });
  for (;;) {
    const isUp = await fetch(`http://127.0.0.1:${port}/moto-api/`).then(
      () => true,
      () => false,
    );
    if (isUp) break;
    await pause(5);
  }
  const readyMs = performance.now() - startedAt;
  await pause(1000);
  const idleMiB = residentMiB((command) => command.includes('moto_server') && command.includes(String(port)));
  await end(child);
  return { readyMs, idleMiB };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
  await once(child, 'exit');
}

/** Resident memory of the processes whose command line fits; each process once. */
function residentMiB(fits: (command: string) => boolean): number {
  let kib = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      if (!/^\S*(node|python\S*) /.test(command) || !fits(command)) continue;
      kib += Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
    } catch {
      // it has ended meanwhile
    }
  }
  return kib / 1024;
}

function summary(starts: readonly Start[]): Start {
  return {
    readyMs: median(starts.map((start) => start.readyMs)),
    idleMiB: median(starts.map((start) => start.idleMiB)),
  };
}
