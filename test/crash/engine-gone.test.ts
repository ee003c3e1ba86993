import {
  CreateServiceCommand,
  DescribeServicesCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { tmpdir } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { awsClients, destroyClients, type TestClients } from '../support/aws.ts';
import { ensureNodeImage } from '../support/docker-image.ts';
import { eventually } from '../support/eventually.ts';
import { privateEngine, privateEngineUnavailable, type PrivateEngine } from '../support/private-engine.ts';
import { spawnTeal, type SpawnedTeal } from '../support/spawned-teal.ts';

const unavailable = privateEngineUnavailable();
const LIMIT = 600_000;
const PATIENT = 120_000;

describe.skipIf(unavailable !== undefined && !process.env['CI'])(
  `Teal whose Engine is away (${unavailable ?? 'one of our own'})`,
  () => {
    let docker: PrivateEngine;
    let data = '';
    let teal: SpawnedTeal;
    let clients: TestClients;
    afterEach(async () => {
      await teal.stop();
      await docker.remove();
      await rm(data, { recursive: true, force: true });
    });

    const start = async () => {
      const args = ['--port', '0', '--data', data, '--runtime', 'docker', '--log-level', 'info'];
      teal = await spawnTeal(args, undefined, { DOCKER_HOST: `unix://${docker.socketPath}` });
      clients = awsClients(teal.url);
    };
    const runs = () =>
      eventually(
        'the task to run',
        async () => {
          const { services = [] } = await clients.ecs.send(new DescribeServicesCommand({ services: ['lone'] }));
          return services[0]?.runningCount === 1 ? true : undefined;
        },
        PATIENT,
      );
    const withOneTask = async () => {
      docker = await privateEngine(false);
      await docker.start();
      data = await mkdtemp(join(tmpdir(), 'teal-crash-gone-'));
      await start();
      const image = await ensureNodeImage(docker.engine);
      const command = ['/usr/local/bin/node', '-e', 'setInterval(() => undefined, 1000)'];
      await clients.ecs.send(
        new RegisterTaskDefinitionCommand({
          family: 'lone',
          networkMode: 'host',
          containerDefinitions: [{ name: 'web', image, memory: 128, stopTimeout: 2, command }],
        }),
      );
      await clients.ecs.send(
        new CreateServiceCommand({ serviceName: 'lone', taskDefinition: 'lone', desiredCount: 1, launchType: 'EC2' }),
      );
      await runs();
    };

    it('ends at SIGTERM, says what it leaves, and the next one runs the task again', { timeout: LIMIT }, async () => {
      await withOneTask();

      await docker.end();
      teal.child.kill('SIGTERM');
      expect(await teal.ended).toEqual({ code: 0, signal: null });
      destroyClients(clients);
      expect(teal.log()).toContain('the next start takes up what is left');

      await docker.start();
      await start();
      await runs();
      expect((await clients.ecs.send(new ListTasksCommand({}))).taskArns).toHaveLength(1);
      destroyClients(clients);
    });

    it('ends at SIGTERM though the Engine takes questions and answers none', { timeout: LIMIT }, async () => {
      await withOneTask();
      destroyClients(clients);
      const daemon = Number(await readFile(join(dirname(docker.socketPath), 'pid'), 'utf8'));

      process.kill(daemon, 'SIGSTOP');
      try {
        teal.child.kill('SIGTERM');
        expect(await teal.ended).toEqual({ code: 0, signal: null });
      } finally {
        process.kill(daemon, 'SIGCONT');
      }
      expect(teal.log()).toContain('the next start takes up what is left');
    });
  },
);
