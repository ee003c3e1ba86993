// Services of ECS on Docker that scale and roll all the time, while their containers are killed and removed by hand, the
// Engine is started anew or killed, and Teal gets SIGKILL; then waits until what was wished is what is observed.
// npm run bench -- tasks-chaos [--minutes N | --each] [--seed N] [--services N] [--shifting 0|1|2] [--only FAULT] [--json]
//
// Everything happens in namespaces of the bench's own (network, processes, mounts), with an Engine of its own: nothing
// of this machine's Engine is touched, and whatever ends the bench ends all of it. Needs root, dockerd and unshare.
// Ends with code 1 unless every service has exactly the tasks last asked for, each with its containers and of the right
// revision; services that shift traffic have it in one target group, whose targets are their tasks, and no deployment is
// under way; no request failed while Teal alone was killed (--only 'Teal killed'); and nothing is left on the Engine once the services are deleted and Teal has ended.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { privateEngineUnavailable } from '../test/support/private-engine.ts';
import { print } from './support.ts';
import { isFault } from './tasks-chaos/faults.ts';
import { runChaos } from './tasks-chaos/run.ts';

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean' },
    minutes: { type: 'string', default: '3' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
    services: { type: 'string', default: '4' },
    /** Of services that shift traffic: by ECS alone, or by ECS and by CodeDeploy. */
    shifting: { type: 'string', default: '2' },
    /** Each fault once, instead of any for so many minutes. */
    each: { type: 'boolean' },
    /** One kind of fault instead of all, to look at it closely. */
    only: { type: 'string' },
  },
});
/** Where everything is kept; tells the process that runs in the namespaces that it does. */
const FOLDER = 'TEAL_TASKS_CHAOS_FOLDER';

const folder = process.env[FOLDER];
process.exitCode = folder === undefined ? runApart() : await runHere(folder);

/** Runs this program again where it may do as it likes. @returns its exit code */
function runApart(): number {
  const why = privateEngineUnavailable();
  if (why !== undefined) throw new Error(`the bench needs a Docker Engine of its own: ${why}`);
  const made = mkdtempSync(join(tmpdir(), 'teal-tasks-chaos-'));
  const words = [process.execPath, ...process.argv.slice(1), '--seed', options.seed];
  // The shell is the first process of the namespace, which has to take in those that lose their parents.
  const script = 'ip link set lo up && "$@"; exit $?';
  const apart = ['--net', '--mount-proc', '--pid', '--fork', '--kill-child', 'sh', '-c', script, 'sh'];
  try {
    const env = { ...process.env, TMPDIR: made, [FOLDER]: made };
    return spawnSync('unshare', [...apart, ...words], { stdio: 'inherit', env }).status ?? 1;
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}

async function runHere(data: string): Promise<number> {
  if (options.only !== undefined && !isFault(options.only)) throw new Error(`no such fault: ${options.only}`);
  const figures = await runChaos({
    folder: data,
    seed: Number(options.seed),
    services: Number(options.services),
    shifting: Number(options.shifting),
    faults: options.each ? 'each once' : Number(options.minutes) * 60_000,
    only: options.only,
  });
  const { wrong, strays } = figures;
  const faults = Object.values(figures.faults).reduce((sum, count) => sum + count, 0);
  const truth = wrong.length === 0 ? 'wished = observed' : `${wrong.length} wishes not observed`;
  print(options.json, figures, [
    `seed ${figures.seed}: ${figures.seconds.toFixed(0)} s, ${figures.scalings} scalings, ${figures.deployments} deployments, ${figures.tasks} tasks at the end, true ${(figures.settledMs / 1000).toFixed(1)} s after the last fault`,
    ...Object.entries(figures.faults).map(([fault, count]) => `  ${String(count).padStart(4)}  ${fault}`),
    `${figures.requests} requests, ${figures.failedRequests} failed`,
    ...wrong,
    ...strays,
    `${faults} faults, ${options.services} services: ${truth}, ${strays.length} strays`,
  ]);
  return wrong.length + strays.length > 0 ? 1 : 0;
}
