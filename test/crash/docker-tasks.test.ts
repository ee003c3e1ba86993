import {
  CreateClusterCommand,
  CreateServiceCommand,
  DeleteServiceCommand,
  DescribeTasksCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs';
import Dockerode from 'dockerode';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engineAddress } from '../../src/drivers/runtimes/docker/docker-answers.ts';
import { awsClients, destroyClients, type TestClients } from '../support/aws.ts';
import { dockerUnavailable, ensureNodeImage } from '../support/docker-image.ts';
import { eventually } from '../support/eventually.ts';
import { spawnTeal, type SpawnedTeal } from '../support/spawned-teal.ts';
import { taskNetwork } from '../support/task-network.ts';

const unavailable = await dockerUnavailable();
const engine = new Dockerode(engineAddress());
const PATIENT = 120_000;
const TASKS = 2;
/** Two of the definition, and the one that holds their network. */
const CONTAINERS = 3;

describe.skipIf(unavailable !== undefined && !process.env['CI'])(`Teal on Docker (${unavailable ?? 'answers'})`, () => {
  let data = '';
  let args: string[] = [];
  let teal: SpawnedTeal;
  let clients: TestClients;
  const cluster = `crash-${process.pid}`;

  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), 'teal-crash-docker-'));
    args = ['--port', '0', '--data', data, '--runtime', 'docker', '--time-scale', '60', '--log-level', 'warn'];
    await start([]);
    await clients.ecs.send(new CreateClusterCommand({ clusterName: cluster }));
    const container = {
      image: await ensureNodeImage(),
      memory: 128,
      linuxParameters: { initProcessEnabled: true },
      stopTimeout: 2, // a signal that comes before the program has begun is lost
      command: ['/usr/local/bin/node', '-e', 'setInterval(() => undefined, 1000)'],
    };
    await clients.ecs.send(
      new RegisterTaskDefinitionCommand({
        family: 'pair',
        networkMode: 'awsvpc',
        containerDefinitions: [
          { ...container, name: 'side' },
          { ...container, name: 'web', dependsOn: [{ containerName: 'side', condition: 'START' }] },
        ],
      }),
    );
  });
  afterAll(async () => {
    destroyClients(clients);
    await teal.stop();
    expect(await held()).toEqual([]);
    await rm(data, { recursive: true, force: true });
  });

  async function start(more: string[]): Promise<void> {
    teal = await spawnTeal([...args, ...more]);
    clients = awsClients(teal.url);
  }
  const held = async () => {
    const filters = { label: [`com.amazonaws.ecs.cluster=${cluster}`] };
    return (await engine.listContainers({ all: true, filters })).flatMap(({ Names }) => Names).sort();
  };
  const running = async () => {
    const { taskArns = [] } = await clients.ecs.send(new ListTasksCommand({ cluster }));
    if (taskArns.length === 0) return [];
    const { tasks = [] } = await clients.ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns }));
    return tasks.filter(({ lastStatus }) => lastStatus === 'RUNNING').map(({ taskArn }) => taskArn ?? '');
  };
  const service = async (serviceName: string) =>
    clients.ecs.send(
      new CreateServiceCommand({
        cluster,
        serviceName,
        taskDefinition: 'pair',
        desiredCount: TASKS,
        networkConfiguration: await taskNetwork(clients.ec2),
      }),
    );

  it.each([
    ['as a task is recorded', ['--kill-at', 'ecs.task.recorded'], 0],
    ['as a task has been handed over', ['--kill-at', 'ecs.task.started'], 0],
    ['as the first container appears', [], 1],
    ['as half of them are there', [], 3],
    ['as the last ones appear', [], 5],
  ])('starts every container once when it is killed %s', { timeout: 5 * PATIENT }, async (_when, more, containers) => {
    const name = `s${containers}${more.length > 0 ? (more[1]?.split('.').pop() ?? '') : ''}`;
    await teal.stop();
    await start(['--leave-running', ...more]);
    await service(name).catch(() => undefined); // the kill may come before the answer
    if (more.length === 0) {
      await eventually('containers', async () => ((await held()).length >= containers ? true : undefined), PATIENT);
      teal.child.kill('SIGKILL');
    }
    expect((await teal.ended).signal).toBe('SIGKILL');

    await start([]);
    const tasks = await eventually(
      'the tasks to run',
      async () => {
        const found = await running();
        return found.length === TASKS ? found : undefined;
      },
      PATIENT,
    );

    const ids = tasks.map((arn) => arn.split('/').pop() ?? '');
    const names = await held();
    expect(names).toHaveLength(TASKS * CONTAINERS);
    for (const id of ids) expect(names.filter((one) => one.includes(id))).toHaveLength(CONTAINERS);
    await clients.ecs.send(new DeleteServiceCommand({ cluster, service: name, force: true }));
    await eventually('all to end', async () => ((await held()).length === 0 ? true : undefined), PATIENT);
  });
});
