// Tasks on Docker beside `docker run` and `docker stop` in a shell loop with the same parallelism, in alternating runs:
// in a network of their own as tasks are, and in Docker's default bridge, which lacks isolation and names and is faster.
// npm run bench -- tasks [--json] [--rounds N] [--tasks N]
import {
  DescribeTasksCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  StopTaskCommand,
} from '@aws-sdk/client-ecs';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { median, print } from './support.ts';
import { PROGRAM, ensureBusyboxImage } from './tasks/busybox-image.ts';

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean' },
    rounds: { type: 'string', default: '3' },
    tasks: { type: 'string', default: '50' },
  },
});

interface Round {
  readonly startMs: number;
  readonly stopMs: number;
}

const count = Number(options.tasks);
const NETWORK = 'teal-bench-tasks';
const image = ensureBusyboxImage();
spawnSync('docker', ['network', 'create', NETWORK]);
const data = mkdtempSync(join(tmpdir(), 'teal-bench-'));
const { child, url } = await startTeal();
const ecs = new ECSClient({
  endpoint: url,
  region: 'us-east-1',
  credentials: { accessKeyId: '000000000000', secretAccessKey: 'secret' },
});
const teal: Round[] = [];
const own: Round[] = [];
const bridge: Round[] = [];
let perTaskKib = 0;
try {
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: 'bench',
      networkMode: 'bridge',
      containerDefinitions: [
        { name: 'app', image, memory: 16, command: [...PROGRAM], linuxParameters: { initProcessEnabled: true } },
      ],
    }),
  );
  await tealRound(Math.min(count, 5)); // the network is made with the first task
  for (let round = 0; round < Number(options.rounds); round += 1) {
    const before = residentKib(child);
    teal.push(await tealRound(count, () => (perTaskKib = (residentKib(child) - before) / count)));
    own.push(shellRound(NETWORK));
    bridge.push(shellRound('bridge'));
  }
} finally {
  ecs.destroy();
  child.kill('SIGTERM');
  await once(child, 'exit');
  rmSync(data, { recursive: true, force: true });
  const left = peers().split('\n').filter(Boolean);
  if (left.length > 0) spawnSync('docker', ['rm', '-f', ...left]);
  spawnSync('docker', ['network', 'rm', NETWORK]);
}

const total = ({ startMs, stopMs }: Round): number => startMs + stopMs;
const ofAll = (rounds: readonly Round[], of: (round: Round) => number): number => median(rounds.map(of));
const summary = (rounds: readonly Round[]) => ({
  startMs: ofAll(rounds, ({ startMs }) => startMs),
  stopMs: ofAll(rounds, ({ stopMs }) => stopMs),
  totalMs: ofAll(rounds, total),
});
const figures = {
  tasks: count,
  teal: { ...summary(teal), perTaskKib },
  docker: summary(own),
  dockerDefaultBridge: summary(bridge),
};
const line = (name: string, { startMs, stopMs }: Round): string =>
  `${name.padEnd(12)} ${count} started in ${startMs.toFixed(0)} ms, stopped and removed in ${stopMs.toFixed(0)} ms`;
const ratio = ({ totalMs }: { readonly totalMs: number }): string => (figures.teal.totalMs / totalMs).toFixed(2);
print(options.json, figures, [
  line('teal', figures.teal),
  line('docker', figures.docker),
  line('  (bridge)', figures.dockerDefaultBridge),
  `memory that Teal adds: ${perTaskKib.toFixed(0)} KiB a running task`,
  `tasks: ${ratio(figures.dockerDefaultBridge)} of docker run and docker stop in Docker's default bridge`,
  `tasks: ${ratio(figures.docker)} of docker run and docker stop`,
]);

async function startTeal(): Promise<{ child: ChildProcess; url: string }> {
  const started = spawn(
    process.execPath,
    ['bin/teal.mjs', 'up', '--port', '0', '--data', data, '--runtime', 'docker', '--log-level', 'error'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  for await (const said of createInterface({ input: started.stdout })) {
    const found = /^Teal is ready at (\S+)$/.exec(said)?.[1];
    if (found !== undefined) return { child: started, url: found };
  }
  throw new Error('Teal ended before it was ready');
}

/** @param whileRunning - called when all tasks run */
async function tealRound(tasks: number, whileRunning: () => void = () => undefined): Promise<Round> {
  const begun = performance.now();
  const batches = Array.from({ length: Math.ceil(tasks / 10) }, (_, index) => Math.min(10, tasks - index * 10));
  const answers = await Promise.all(
    batches.map((size) => ecs.send(new RunTaskCommand({ taskDefinition: 'bench', count: size }))),
  );
  const arns = answers.flatMap((answer) => (answer.tasks ?? []).map(({ taskArn }) => taskArn ?? ''));
  await all(arns, 'RUNNING');
  const running = performance.now();
  whileRunning();
  const stopping = performance.now();
  await Promise.all(arns.map((task) => ecs.send(new StopTaskCommand({ task }))));
  await all(arns, 'STOPPED');
  return { startMs: running - begun, stopMs: performance.now() - stopping };
}

async function all(tasks: readonly string[], status: string): Promise<void> {
  for (;;) {
    const { tasks: found = [] } = await ecs.send(new DescribeTasksCommand({ tasks: [...tasks] }));
    if (found.length === tasks.length && found.every(({ lastStatus }) => lastStatus === status)) return;
    const failed = found.find(({ stopCode }) => stopCode !== undefined && stopCode !== 'UserInitiated');
    if (failed) throw new Error(`a task ended: ${failed.stoppedReason}`);
    await pause(20);
  }
}

function shellRound(network: string): Round {
  const begun = performance.now();
  const run = `docker run -d --rm --init --memory 16m --network ${network} --name teal-bench-{} ${image} ${PROGRAM.join(' ')}`;
  inParallel(run);
  const running = performance.now();
  // Answers when the container has ended; those with --rm are gone soon after.
  inParallel('docker stop teal-bench-{}');
  const ended = performance.now();
  awaitRemoval();
  return { startMs: running - begun, stopMs: ended - running };
}

/** What the Engine still has to remove is no load on the next run, which takes the same names. */
function awaitRemoval(): void {
  while (peers() !== '') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
}

function peers(): string {
  return spawnSync('docker', ['ps', '-aq', '--filter', 'name=teal-bench-'], { encoding: 'utf8' }).stdout;
}

function inParallel(command: string): void {
  const script = `seq ${count} | xargs -P ${count} -I{} ${command} >/dev/null`;
  const { status, stderr } = spawnSync('sh', ['-c', script], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command}: ${stderr}`);
}

function residentKib({ pid }: ChildProcess): number {
  if (!existsSync(`/proc/${pid}/status`)) return Number.NaN;
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN);
}
