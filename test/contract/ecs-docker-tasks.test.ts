import {
  DescribeContainerInstancesCommand,
  DescribeTasksCommand,
  ListContainerInstancesCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  StopTaskCommand,
  type ContainerDefinition,
  type RegisterTaskDefinitionCommandInput,
  type Task,
} from '@aws-sdk/client-ecs';
import Dockerode from 'dockerode';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engineAddress } from '../../src/drivers/runtimes/docker/docker-answers.ts';
import { freePort } from '../../src/drivers/runtimes/free-port.ts';
import { dockerUnavailable, ensureNodeImage } from '../support/docker-image.ts';
import { ociRegistry } from '../support/oci-registry.ts';
import { eventually } from '../support/eventually.ts';
import { startTestTeal, type TestTeal } from '../support/teal.ts';
import { taskNetwork } from '../support/task-network.ts';

const NODE = '/usr/local/bin/node';
const PATIENT = 120_000;
const unavailable = await dockerUnavailable();
const image = unavailable === undefined ? await ensureNodeImage() : '';
const engine = new Dockerode(engineAddress());

describe.skipIf(unavailable !== undefined && !process.env['CI'])(
  `tasks on Docker (${unavailable ?? 'answers'})`,
  { timeout: 5 * PATIENT },
  () => {
    let teal: TestTeal;
    let families = 0;
    beforeAll(async () => {
      teal = await startTestTeal({ runtime: 'docker' });
    });
    afterAll(() => teal.close());

    const RUNS = 'setInterval(() => undefined, 1000);';
    const container = (name: string, script: string, more: Partial<ContainerDefinition> = {}): ContainerDefinition => ({
      name,
      image,
      memory: 128,
      command: [NODE, '-e', script],
      linuxParameters: { initProcessEnabled: true }, // ends at SIGTERM as any process does
      ...more,
    });

    async function run(
      containerDefinitions: ContainerDefinition[],
      more: Partial<RegisterTaskDefinitionCommandInput> = {},
    ): Promise<string> {
      const family = `docker-${++families}`;
      await teal.ecs.send(new RegisterTaskDefinitionCommand({ family, containerDefinitions, ...more }));
      const { tasks = [] } = await teal.ecs.send(
        new RunTaskCommand({
          taskDefinition: family,
          ...(more.requiresCompatibilities && { launchType: 'FARGATE' }),
          ...(more.networkMode === 'awsvpc' && {
            networkConfiguration: await taskNetwork(teal.ec2),
          }),
        }),
      );
      return tasks[0]?.taskArn ?? '';
    }
    const describeTask = async (task: string) =>
      (await teal.ecs.send(new DescribeTasksCommand({ tasks: [task] }))).tasks?.[0];
    const reach = (task: string, status: string): Promise<Task> =>
      eventually(
        `the task to be ${status}`,
        async () => {
          const found = await describeTask(task);
          return found?.lastStatus === status ? found : undefined;
        },
        PATIENT,
      );
    const exitCodes = (task: Task): Record<string, unknown> =>
      Object.fromEntries((task.containers ?? []).map(({ name = '', exitCode }): [string, unknown] => [name, exitCode]));
    const heldBy = (task: string) =>
      engine.listContainers({ all: true, filters: { label: [`com.amazonaws.ecs.task-arn=${task}`] } });
    const inspect = async (task: string, name: string) => {
      const found = (await heldBy(task)).find(({ Labels }) => Labels['com.amazonaws.ecs.container-name'] === name);
      return engine.getContainer(found?.Id ?? '').inspect();
    };

    it('shows what the Engine’s machine has, and gives a host port to another task once the first has stopped', async () => {
      const hostPort = await freePort('127.0.0.1', new Set());
      const web = container('web', RUNS, { portMappings: [{ containerPort: 80, hostPort }] });
      const first = await run([web]);
      await reach(first, 'RUNNING');
      const { containerInstanceArns: [arn = ''] = [] } = await teal.ecs.send(new ListContainerInstancesCommand({}));
      const { containerInstances: [machine] = [] } = await teal.ecs.send(
        new DescribeContainerInstancesCommand({ containerInstances: [arn] }),
      );
      const { taskDefinitionArn = '', containerInstanceArn } = (await describeTask(first)) ?? {};
      const again = () => teal.ecs.send(new RunTaskCommand({ taskDefinition: taskDefinitionArn }));
      const { NCPU, MemTotal, ServerVersion } = (await engine.info()) as Record<string, unknown>;

      expect(containerInstanceArn).toBe(arn);
      expect(machine).toMatchObject({
        versionInfo: { dockerVersion: `DockerVersion: ${String(ServerVersion)}` },
        registeredResources: [
          { name: 'CPU', integerValue: Number(NCPU) * 1024 },
          { name: 'MEMORY', integerValue: Math.floor(Number(MemTotal) / 2 ** 20) },
          {},
          {},
        ],
      });
      expect(machine?.attributes).toContainEqual({ name: 'ecs.os-type', value: 'linux' });
      expect(await again()).toMatchObject({ tasks: [], failures: [{ arn, reason: 'RESOURCE:PORTS' }] });
      await teal.ecs.send(new StopTaskCommand({ task: first }));
      await reach(first, 'STOPPED');
      const second = (await again()).tasks?.[0]?.taskArn ?? '';
      const { containers = [] } = await reach(second, 'RUNNING');
      expect(containers[0]?.networkBindings).toMatchObject([{ containerPort: 80, hostPort }]);
      await teal.ecs.send(new StopTaskCommand({ task: second }));
      await reach(second, 'STOPPED');
    });

    it('shares volumes between containers, from the host too, and removes the task’s own', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'teal-volume-'));
      const write = `require('fs').writeFileSync('/data/greeting', 'hello'); require('fs').writeFileSync('/host/seen', 'written')`;
      const read = `const fs = require('fs');
      if (fs.readFileSync('/data/greeting', 'utf8') !== 'hello') process.exit(1);
      try { fs.writeFileSync('/data/other', ''); process.exit(2) } catch (cause) { process.exit(cause.code === 'EROFS' ? 0 : 3) }`;
      const from = `process.exit(require('fs').readFileSync('/data/greeting', 'utf8') === 'hello' ? 0 : 1)`;
      const task = await run(
        [
          container('writer', write, {
            essential: false,
            mountPoints: [
              { sourceVolume: 'data', containerPath: '/data' },
              { sourceVolume: 'host', containerPath: '/host' },
            ],
          }),
          container('borrower', from, {
            essential: false,
            volumesFrom: [{ sourceContainer: 'writer', readOnly: true }],
            dependsOn: [{ containerName: 'writer', condition: 'SUCCESS' }],
          }),
          container('reader', read, {
            mountPoints: [{ sourceVolume: 'data', containerPath: '/data', readOnly: true }],
            dependsOn: [{ containerName: 'borrower', condition: 'COMPLETE' }],
          }),
        ],
        { volumes: [{ name: 'data' }, { name: 'host', host: { sourcePath: folder } }] },
      );

      const found = await reach(task, 'STOPPED');

      expect(exitCodes(found)).toEqual({ writer: 0, borrower: 0, reader: 0 });
      expect(await readFile(join(folder, 'seen'), 'utf8')).toBe('written');
      const id = task.split('/').pop() ?? '';
      const volumes = (await engine.listVolumes()).Volumes as { Name: string }[] | null;
      expect((volumes ?? []).filter(({ Name }) => Name.includes(id))).toEqual([]);
      await rm(folder, { recursive: true });
    });

    it('holds containers to what their definition says of the machine', async () => {
      const web = container('web', RUNS, {
        cpu: 128,
        memory: 64,
        user: '1000',
        workingDirectory: '/tmp',
        readonlyRootFilesystem: true,
        hostname: 'shop',
        extraHosts: [{ hostname: 'db', ipAddress: '10.1.2.3' }],
        dnsServers: ['10.0.0.53'],
        dnsSearchDomains: ['shop.test'],
        dockerLabels: { team: 'shop' },
        ulimits: [{ name: 'nofile', softLimit: 1000, hardLimit: 2000 }],
        systemControls: [{ namespace: 'net.core.somaxconn', value: '99' }],
        linuxParameters: {
          initProcessEnabled: false,
          capabilities: { add: ['NET_ADMIN'], drop: ['CHOWN'] },
          sharedMemorySize: 32,
          tmpfs: [{ containerPath: '/scratch', size: 16, mountOptions: ['noexec'] }],
        },
        logConfiguration: { logDriver: 'json-file', options: { 'max-size': '1m' } },
      });
      const task = await run([web], { networkMode: 'bridge', cpu: '512', memory: '256' });
      await reach(task, 'RUNNING');

      const { Config, HostConfig } = await inspect(task, 'web');

      expect(Config).toMatchObject({ User: '1000', WorkingDir: '/tmp', Hostname: 'shop', Labels: { team: 'shop' } });
      expect(HostConfig).toMatchObject({
        CpuShares: 128,
        NanoCpus: 500_000_000,
        Memory: 64 * 1024 * 1024,
        ReadonlyRootfs: true,
        Init: false,
        Dns: ['10.0.0.53'],
        DnsSearch: ['shop.test'],
        CapAdd: ['NET_ADMIN'],
        CapDrop: ['CHOWN'],
        ShmSize: 32 * 1024 * 1024,
        Tmpfs: { '/scratch': 'size=16m,noexec' },
        Sysctls: { 'net.core.somaxconn': '99' },
        Ulimits: [{ Name: 'nofile', Soft: 1000, Hard: 2000 }],
        LogConfig: { Type: 'json-file', Config: { 'max-size': '1m' } },
      });
      expect(HostConfig.ExtraHosts).toContain('db:10.1.2.3');
      await teal.ecs.send(new StopTaskCommand({ task }));
      await reach(task, 'STOPPED');
    });

    it('keeps the network of an awsvpc task while its first container has ended', async () => {
      const greet = `require('net').createServer((s) => s.end('hello')).listen(8080, '127.0.0.1')`;
      const ask = `const again = () => require('net').connect(8080, '127.0.0.1').on('data', () => process.exit(0)).on('error', () => setTimeout(again, 50)); again()`;
      const task = await run(
        [
          container('first', 'process.exit(0)', { essential: false }),
          container('greeter', greet, {
            essential: false,
            dependsOn: [{ containerName: 'first', condition: 'SUCCESS' }],
          }),
          container('web', ask, { dependsOn: [{ containerName: 'greeter', condition: 'START' }] }),
        ],
        { networkMode: 'awsvpc' },
      );

      const found = await reach(task, 'STOPPED');

      expect(exitCodes(found)).toMatchObject({ first: 0, web: 0 });
      expect(await heldBy(task)).toEqual([]);
    });

    it('answers containers about themselves, and gives them credentials at 169.254.170.2', async () => {
      const script = `
      const env = process.env;
      const uri = env.AWS_CONTAINER_CREDENTIALS_FULL_URI ?? 'http://169.254.170.2' + env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI;
      const get = (url) => fetch(url).then((answer) => answer.json());
      (async () => {
        const { AccessKeyId, Expiration } = await get(uri);
        const own = await get(env.ECS_CONTAINER_METADATA_URI_V4);
        const task = await get(env.ECS_CONTAINER_METADATA_URI_V4 + '/task');
        const stats = await get(env.ECS_CONTAINER_METADATA_URI_V4 + '/stats');
        if (new URL(uri).hostname !== '169.254.170.2') process.exit(1);
        if (AccessKeyId !== env.ACCOUNT || !Expiration) process.exit(2);
        if (own.Name !== 'web' || own.KnownStatus !== 'RUNNING') process.exit(3);
        if (task.Containers.length !== 1) process.exit(4);
        const [network] = own.Networks;
        if (!network.IPv4Addresses[0].startsWith(network.IPv4SubnetCIDRBlock.split('.')[0])) process.exit(6);
        if (!network.MACAddress || !network.SubnetGatewayIpv4Address) process.exit(7);
        if (!own.ImageID.startsWith('sha256:') || !(task.PullStartedAt <= task.PullStoppedAt)) process.exit(8);
        process.exit(stats.memory_stats.usage > 0 && stats.id === own.DockerId ? 0 : 5);
      })().catch((cause) => { console.error(cause); process.exit(9) });`;
      const web = container('web', script, { environment: [{ name: 'ACCOUNT', value: teal.account }] });

      const fargate = { requiresCompatibilities: ['FARGATE' as const], cpu: '256', memory: '512' };
      const found = await reach(
        await run([web], { networkMode: 'awsvpc', taskRoleArn: 'shop', ...fargate }),
        'STOPPED',
      );

      expect(exitCodes(found)).toEqual({ web: 0 });
      const { createdAt, connectivityAt, pullStartedAt, pullStoppedAt, startedAt } = found;
      const order = [createdAt, connectivityAt, pullStartedAt, pullStoppedAt, startedAt].map(
        (at) => at?.getTime() ?? 0,
      );
      expect(order).toEqual([...order].sort((a, b) => a - b));
      const address = found.attachments?.[0]?.details?.find(({ name }) => name === 'privateIPv4Address')?.value;
      expect(address).toMatch(/^(\d+\.){3}\d+$/);
      expect(found.containers?.[0]?.networkInterfaces?.[0]?.privateIpv4Address).toBe(address);
    });

    it('pulls an image that is missing, and shows its digest', async () => {
      const registry = await ociRegistry((await engine.version()).Arch);
      const web = { ...container('web', ''), image: registry.image, command: [] };
      const tasks = await Promise.all([run([web]), run([web])]);

      const found = await Promise.all(tasks.map((task) => reach(task, 'RUNNING')));
      const missing = await reach(await run([{ ...web, image: registry.image.replace(/:1$/, ':2') }]), 'STOPPED');

      expect(found.map(({ containers }) => containers?.[0]?.imageDigest)).toEqual([registry.digest, registry.digest]);
      expect(registry.asked()).toBe(1);
      expect(missing.stoppedReason).toMatch(
        /^CannotPullContainerError: Error response from daemon: manifest .*(unknown|not found)/,
      );
      for (const task of tasks) await teal.ecs.send(new StopTaskCommand({ task }));
      for (const task of tasks) await reach(task, 'STOPPED');
      await engine.getImage(registry.image).remove();
      await registry.close();
    });

    it('says that an image can not be pulled, as the Engine says it', async () => {
      const found = await reach(await run([container('web', '', { image: '127.0.0.1:9/no/such:image' })]), 'STOPPED');

      expect(found.stopCode).toBe('TaskFailedToStart');
      expect(found.stoppedReason).toMatch(/^CannotPullContainerError: Error response from daemon: .*127\.0\.0\.1:9/);
      expect(found.containers?.[0]?.reason).toBe(found.stoppedReason);
    });

    it('says that memory ran out', async () => {
      const eat = 'const all = []; for (;;) all.push(Buffer.alloc(8e6, 1))';

      const found = await reach(await run([container('web', eat, { memory: 64 })]), 'STOPPED');

      expect(found).toMatchObject({
        stopCode: 'EssentialContainerExited',
        containers: [{ exitCode: 137, reason: 'OutOfMemoryError: Container killed due to memory usage' }],
      });
    });

    it('ends a task whose container somebody removed, and says so', async () => {
      const task = await run([container('web', RUNS), container('side', RUNS)]);
      await reach(task, 'RUNNING');

      await engine.getContainer((await inspect(task, 'web')).Id).remove({ force: true });
      const found = await reach(task, 'STOPPED');

      expect(found).toMatchObject({ stopCode: 'EssentialContainerExited' });
      expect(found.containers?.[0]).toMatchObject({
        exitCode: 137,
        reason: 'CannotInspectContainerError: Error response from daemon: No such container',
      });
      expect(await heldBy(task)).toEqual([]);
    });
  },
);
