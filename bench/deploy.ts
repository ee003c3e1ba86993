// An all-at-once deployment without waits and hooks, beside the bare cost of its parts measured in the same run:
// start the new process or container, first healthy check, drain and end of the old one.
// npm run bench -- deploy [--runtime process|docker] [--rounds N] [--json]
import { GetDeploymentTargetCommand, UpdateDeploymentGroupCommand } from '@aws-sdk/client-codedeploy';
import { DescribeServicesCommand } from '@aws-sdk/client-ecs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { defaultNetwork, demoClients } from '../src/cli/demo/clients.ts';
import { SAMPLE_APP } from '../src/cli/demo/sample-app.ts';
import { buildStack, NAMES, registerTaskDefinition, release } from '../src/cli/demo/stack.ts';
import { systemClock } from '../src/kernel/clock.ts';
import { dockerContainer } from '../test/support/sample.ts';
import { processContainer, type SampleContainer } from '../src/cli/demo/sample-container.ts';
import { deploymentInfo } from '../test/support/sample.ts';
import { spawnTeal } from '../test/support/spawned-teal.ts';
import { freePort, median, print } from './support.ts';

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean' },
    rounds: { type: 'string', default: '5' },
    runtime: { type: 'string', default: 'process' },
  },
});

interface Deployed {
  /** To `Succeeded`. */
  readonly totalMs: number;
  /** To the end of the last old task. */
  readonly goneMs: number;
  readonly parts: Readonly<Record<string, number>>;
}

interface Bare {
  readonly startMs: number;
  readonly endMs: number;
}

const container: SampleContainer = options.runtime === 'docker' ? await dockerContainer() : processContainer;
const data = mkdtempSync(join(tmpdir(), 'teal-bench-'));
const teal = await spawnTeal(['--port', '0', '--data', data, '--runtime', options.runtime, '--log-level', 'error']);
const clients = demoClients(teal.url);
const deployed: Deployed[] = [];
const bare: Bare[] = [];
try {
  await buildStack(clients, await defaultNetwork(teal.url), systemClock(), () => undefined, container);
  await withoutWaits();
  for (let round = 0; round < Number(options.rounds); round += 1) {
    bare.push(options.runtime === 'docker' ? await bareContainer() : await bareProcess());
    deployed.push(await deploy(`v${round + 2}`));
  }
} finally {
  await teal.stop();
  rmSync(data, { recursive: true, force: true });
}

const bareMs = median(bare.map((part) => part.startMs + part.endMs));
const totalMs = median(deployed.map((run) => run.totalMs));
const goneMs = median(deployed.map((run) => run.goneMs));
const parts = Object.fromEntries(
  Object.keys(deployed[0]?.parts ?? {}).map((name) => [name, median(deployed.map((run) => run.parts[name] ?? 0))]),
);
const ratio = goneMs / bareMs;
print(options.json, { runtime: options.runtime, totalMs, goneMs, bareMs, bare, parts, ratio }, [
  `bare: start to the first answer ${median(bare.map((part) => part.startMs)).toFixed(0)} ms, SIGTERM to the end ${median(bare.map((part) => part.endMs)).toFixed(0)} ms`,
  `teal: ${totalMs.toFixed(0)} ms to Succeeded, ${goneMs.toFixed(0)} ms until the old tasks are gone; of that`,
  ...Object.entries(parts).map(([name, ms]) => `  ${name.padEnd(24)} ${ms.toFixed(0)} ms`),
  `deploy: ${ratio.toFixed(2)} of bare parts`,
]);

async function withoutWaits(): Promise<void> {
  await clients.codedeploy.send(
    new UpdateDeploymentGroupCommand({
      applicationName: NAMES.application,
      currentDeploymentGroupName: NAMES.group,
      deploymentConfigName: 'CodeDeployDefault.ECSAllAtOnce',
      blueGreenDeploymentConfiguration: {
        deploymentReadyOption: { actionOnTimeout: 'CONTINUE_DEPLOYMENT', waitTimeInMinutes: 0 },
        terminateBlueInstancesOnDeploymentSuccess: { action: 'TERMINATE', terminationWaitTimeInMinutes: 0 },
      },
    }),
  );
}

async function deploy(version: string): Promise<Deployed> {
  const taskDefinition = await registerTaskDefinition(clients, container(version, true));
  const startedAt = performance.now();
  const deploymentId = await release(clients, taskDefinition, { hooks: [] });
  let info = await deploymentInfo(clients, deploymentId);
  while (info.status !== 'Succeeded') {
    if (info.status === 'Failed' || info.status === 'Stopped')
      throw new Error(`${info.status}: ${info.errorInformation?.message}`);
    await pause(10);
    info = await deploymentInfo(clients, deploymentId);
  }
  const totalMs = performance.now() - startedAt;
  while ((await taskSets()) > 1) await pause(10);
  return { totalMs, goneMs: performance.now() - startedAt, parts: await eventTimes(deploymentId) };
}

async function taskSets(): Promise<number> {
  const { services } = await clients.ecs.send(
    new DescribeServicesCommand({ cluster: NAMES.cluster, services: [NAMES.service] }),
  );
  return services?.[0]?.taskSets?.length ?? 0;
}

async function eventTimes(deploymentId: string): Promise<Record<string, number>> {
  const targetId = `${NAMES.cluster}:${NAMES.service}`;
  const { deploymentTarget } = await clients.codedeploy.send(
    new GetDeploymentTargetCommand({ deploymentId, targetId }),
  );
  const events = deploymentTarget?.ecsTarget?.lifecycleEvents ?? [];
  return Object.fromEntries(
    events.map((event) => [
      event.lifecycleEventName ?? '',
      (event.endTime?.getTime() ?? 0) - (event.startTime?.getTime() ?? 0),
    ]),
  );
}

/** Two processes at once, as the service has two tasks: spawn to first answer, SIGTERM to exit. */
async function bareProcess(): Promise<Bare> {
  const startedAt = performance.now();
  const children = await Promise.all(
    [1, 2].map(async () => {
      const port = await freePort();
      const child = spawn(process.execPath, ['-e', SAMPLE_APP], {
        env: { ...process.env, PORT: String(port), HOST: '127.0.0.1', VERSION: 'bare' },
        stdio: 'ignore',
      });
      await answers('127.0.0.1', port);
      return child;
    }),
  );
  const startMs = performance.now() - startedAt;
  const endingAt = performance.now();
  await Promise.all(
    children.map((child) => {
      child.kill('SIGTERM');
      return once(child, 'exit');
    }),
  );
  return { startMs, endMs: performance.now() - endingAt };
}

async function bareContainer(): Promise<Bare> {
  const { default: Docker } = await import('dockerode');
  const docker = new Docker();
  const { image = '', command = [], environment = [] } = container('bare', true);
  const startedAt = performance.now();
  const containers = await Promise.all(
    [1, 2].map(async () => {
      const made = await docker.createContainer({
        Image: image,
        Cmd: command,
        Env: environment.map(({ name, value }) => `${name}=${value}`),
        HostConfig: { Init: true },
      });
      await made.start();
      const { NetworkSettings } = await made.inspect();
      await answers(NetworkSettings.Networks['bridge']?.IPAddress ?? '', 8080);
      return made;
    }),
  );
  const startMs = performance.now() - startedAt;
  const endingAt = performance.now();
  await Promise.all(containers.map((made) => made.stop({ t: 30 })));
  const endMs = performance.now() - endingAt;
  await Promise.all(containers.map((made) => made.remove({ force: true })));
  return { startMs, endMs };
}

async function answers(host: string, port: number): Promise<void> {
  while (!(await asks(host, port))) await pause(5);
}

function asks(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ host, port, path: '/', agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('error', () => resolve(false));
  });
}
