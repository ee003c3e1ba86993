import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../kernel/clock.ts';
import { millis, seconds } from '../../kernel/span.ts';
import { defaultNetwork, demoClients, type DemoClients } from './clients.ts';
import { nextSteps } from './next-steps.ts';
import { report } from './report.ts';
import { processContainer } from './sample-container.ts';
import { spawnTeal } from './spawn-teal.ts';
import { buildStack, registerTaskDefinition, release, type Stack } from './stack.ts';
import { createSteps, type Steps } from './steps.ts';
import { sendTraffic, type Traffic } from './traffic.ts';
import type { View } from './view.ts';
import { lookAt, type Look } from './watch.ts';

export interface DemoOptions {
  readonly bad: boolean;
  readonly keep: boolean;
  readonly timeScale: number;
  readonly rate: number;
}

const isOver = (status: string): boolean => ['Succeeded', 'Failed', 'Stopped'].includes(status);

/** Runs the whole demo. @returns whether all went as it should: no failed request, and the expected ending */
export async function runDemo(
  options: DemoOptions,
  clock: Clock,
  view: View,
  interrupted: AbortSignal,
): Promise<boolean> {
  const startedAt = clock.now().getTime();
  const data = await mkdtemp(join(tmpdir(), 'teal-demo-'));
  view.say(`starting Teal (tasks as processes, embedded balancer, SQLite in ${data})`);
  view.say(
    `time scale ${options.timeScale}: the canary's 5 minutes take ${(300 / options.timeScale).toFixed(1)} s; stamps are real`,
  );
  const scale = String(options.timeScale);
  const teal = await spawnTeal(['--port', '0', '--data', data, '--runtime', 'process', '--time-scale', scale]);
  const clients = demoClients(teal.url);
  let isLeft = false;
  try {
    const stack = await buildStack(clients, await defaultNetwork(teal.url), clock, (line) => view.say(line));
    const isFine = await releaseUnderTraffic({ options, clients, endpoint: teal.url, stack, clock, view, startedAt });
    if (options.keep && !interrupted.aborted) {
      view.say(nextSteps(teal.url, stack));
      const left = new Promise<undefined>((resolve) => interrupted.addEventListener('abort', () => resolve(undefined)));
      const ended = await Promise.race([left, teal.ended]);
      if (ended !== undefined) {
        isLeft = true;
        throw new Error(`${ended}\n${whatGoesOn(data, options.timeScale)}`);
      }
    }
    return isFine;
  } finally {
    Object.values(clients).forEach((client) => client.destroy());
    await teal.stop();
    if (!isLeft) await rm(data, { recursive: true, force: true });
  }
}

const whatGoesOn = (data: string, timeScale: number): string =>
  'Its tasks and its load balancer go on. This takes them up, and Ctrl-C then ends them:\n' +
  `  npm start -- --data ${data} --runtime process --time-scale ${timeScale}`;

interface Scene {
  readonly options: DemoOptions;
  readonly clients: DemoClients;
  readonly endpoint: string;
  readonly stack: Stack;
  readonly clock: Clock;
  readonly view: View;
  readonly startedAt: number;
}

async function releaseUnderTraffic(scene: Scene): Promise<boolean> {
  const { options, clients, stack, clock, view } = scene;
  view.say(`${options.rate} requests a second to ${stack.productionUrl}`);
  const traffic = sendTraffic(stack.productionUrl, options.rate, clock);
  const steps = createSteps('v1 alone', clock.now().getTime());
  await clock.sleep(seconds(1));
  const taskDefinition = await registerTaskDefinition(clients, processContainer('v2', !options.bad));
  view.say(
    `releasing v2${options.bad ? ', whose /checkout is broken,' : ''} with CodeDeployDefault.ECSCanary10Percent5Minutes`,
  );
  const deploymentId = await release(clients, taskDefinition);
  const last = await watch(scene, traffic, deploymentId, steps);
  const undo = last.rollbackId ? await watch(scene, traffic, last.rollbackId, steps) : undefined;
  await clock.sleep(seconds(1));
  await traffic.stop();
  const endedAt = clock.now().getTime();
  view.say(`deployment ${last.deploymentId} ${last.status}${last.error ? `: ${last.error}` : ''}`);
  if (undo) view.say(`rollback ${undo.deploymentId} ${undo.status}: all traffic is back on v1`);
  process.stdout.write(`\n${report(traffic.samples, steps.all(), endedAt, (endedAt - scene.startedAt) / 1000)}\n`);
  const isExpected = options.bad
    ? last.status === 'Failed' && undo?.status === 'Succeeded'
    : last.status === 'Succeeded';
  return isExpected && traffic.samples.every((sample) => sample.failure === undefined);
}

async function watch(scene: Scene, traffic: Traffic, deploymentId: string, steps: Steps): Promise<Look> {
  const { clients, endpoint, clock, view } = scene;
  for (;;) {
    const now = clock.now().getTime();
    const look = await lookAt(clients, endpoint, deploymentId, now);
    steps.seen(look.wanted, now, clock.now().getTime());
    view.show(look, seen(traffic, now));
    if (isOver(look.status)) return look;
    await clock.sleep(millis(100));
  }
}

function seen({ samples }: Traffic, now: number) {
  const recent = samples.slice(-2000).filter((sample) => sample.at > now - 2000);
  const onNew = recent.filter((sample) => sample.version === 'v2').length;
  return {
    requests: samples.length,
    failures: samples.filter((sample) => sample.failure !== undefined).length,
    observed: recent.length === 0 ? 0 : (onNew / recent.length) * 100,
  };
}
