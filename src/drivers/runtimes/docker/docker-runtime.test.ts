import Dockerode from 'dockerode';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dockerUnavailable, ensureNodeImage } from '../../../../test/support/docker-image.ts';
import { eventually } from '../../../../test/support/eventually.ts';
import { orderConformance } from '../order.conformance.ts';
import { runtimeConformance } from '../runtime.conformance.ts';
import { programOf } from '../testing/behaviour.ts';
import { taskOf } from '../testing/task-of.ts';
import type { ContainerSpec, Runtime, RuntimeOptions, TaskObservation, TaskSpec } from '../runtime.ts';
import { openTaskRecords } from '../task-records.ts';
import { containerName, volumeName } from './names.ts';
import { createDockerRuntime } from './docker-runtime.ts';
import { engineAddress } from './docker-answers.ts';

const NODE = '/usr/local/bin/node';

const unavailable = await dockerUnavailable();
const image = unavailable === undefined ? await ensureNodeImage() : '';
const engine = new Dockerode(engineAddress());

runtimeConformance({
  name: 'docker',
  unavailable,
  open: createDockerRuntime,
  container: (wanted) => ({ image, command: [NODE, '-e', programOf(wanted)], linux: { init: true } }),
  async kill(runtime, taskId, container) {
    const task = (await runtime.observe()).find((one) => one.taskId === taskId);
    const id = task?.containers.find(({ name }) => name === container)?.runtimeId ?? '';
    await engine.getContainer(id).kill({ signal: 'SIGKILL' });
  },
});

orderConformance({ name: 'docker', unavailable, open: createDockerRuntime, image, node: NODE });

describe.skipIf(unavailable !== undefined && !process.env['CI'])(`docker itself (${unavailable ?? 'answers'})`, () => {
  let options: RuntimeOptions;
  let runtime: Runtime;
  let teal: Server;

  beforeEach(async () => {
    teal = createServer((_request, response) => response.end('Teal answers'));
    await new Promise<void>((resolve) => teal.listen(0, '127.0.0.1', resolve));
    options = {
      folder: await mkdtemp(join(tmpdir(), 'teal-runtime-')),
      instance: `itself${process.pid}`,
      endpoint: () => `http://127.0.0.1:${(teal.address() as AddressInfo).port}`,
      onChange: () => undefined,
    };
    runtime = await createDockerRuntime(options);
  });

  afterEach(async () => {
    for (const { taskId } of await runtime.observe()) await runtime.remove(taskId);
    await runtime.close();
    expect(await held()).toEqual([]);
    expect(await engine.listNetworks({ filters: { label: [`teal.instance=${options.instance}`] } })).toEqual([]);
    await rm(options.folder, { recursive: true, force: true });
    await new Promise((resolve) => teal.close(resolve));
  });

  const held = async (): Promise<string[]> => {
    const filters = { label: [`teal.instance=${options.instance}`] };
    return (await engine.listContainers({ all: true, filters })).flatMap(({ Names }) => Names);
  };
  const reopen = async (): Promise<void> => {
    await runtime.close();
    runtime = await createDockerRuntime(options);
  };
  const reach = (task: TaskSpec, state: TaskObservation['state']): Promise<TaskObservation> =>
    eventually(`task ${task.taskId} to be ${state}`, async () =>
      (await runtime.observe()).find((one) => one.taskId === task.taskId && one.state === state),
    );
  const inspect = (task: TaskSpec, name = 'web') =>
    engine.getContainer(containerName(options.instance, task.taskId, name)).inspect();

  it('lets a container reach Teal, which listens on loopback only', async () => {
    const ask = `fetch(process.env.AWS_ENDPOINT_URL).then((r) => r.text()).then((t) => process.exit(t === 'Teal answers' ? 0 : 1))`;
    const before = taskOf([web(ask)]);
    await runtime.start(before);
    expect((await reach(before, 'stopped')).containers[0]?.exitCode).toBe(0);

    const running = taskOf([waiting()]);
    await runtime.start(running);
    await reach(running, 'running');
    await reopen();
    const after = taskOf([web(ask)]);
    await runtime.start(after);

    expect((await reach(after, 'stopped')).containers[0]?.exitCode).toBe(0);
    expect((await inspect(after)).Config.Env).toEqual((await inspect(before)).Config.Env);
  });

  it('lets a container in bridge mode reach Teal, and no other container of the bridge', async () => {
    const task = taskOf(
      [web(`fetch(process.env.AWS_ENDPOINT_URL).then((r) => r.text()).then(console.log); setTimeout(() => {}, 1e6)`)],
      { networkMode: 'bridge' },
    );
    await runtime.start(task);
    await reach(task, 'running');
    await eventually('Teal to have answered', async () =>
      (await runtime.readOutput(task.taskId, 'web', undefined)).lines.find(({ message }) => message === 'Teal answers'),
    );

    const { Config, HostConfig } = await inspect(task);
    const endpoint = Config.Env.find((one) => one.startsWith('AWS_ENDPOINT_URL=')) ?? '';
    const ask = `fetch(process.env.AWS_ENDPOINT_URL).then(() => process.exit(1), () => process.exit(0))`;
    const stranger = await engine.createContainer({ Image: image, Cmd: [NODE, '-e', ask], Env: [endpoint] });
    await stranger.start();
    const { StatusCode } = (await stranger.wait()) as { StatusCode: number };
    await stranger.remove({ force: true });

    expect(HostConfig.NetworkMode).toBe('bridge');
    expect(StatusCode).toBe(0);
  });

  it('removes a volume whose labels an ending Engine has lost, with the task or at the next start', async () => {
    const volumes = async () =>
      ((await engine.listVolumes()) as unknown as { Volumes: { Name: string }[] | null }).Volumes?.flatMap(
        ({ Name }) => (Name.startsWith(`teal-${options.instance}-`) ? Name : []),
      ) ?? [];
    const task = taskOf([web('')], { volumes: [{ kind: 'task', name: 'scratch' }] });
    await engine.createVolume({ Name: volumeName(options.instance, task.taskId, 'scratch') });
    await runtime.start(task);
    await reach(task, 'stopped');
    await runtime.remove(task.taskId);
    expect(await volumes()).toEqual([]);

    await engine.createVolume({ Name: volumeName(options.instance, taskOf([]).taskId, 'scratch') });
    await reopen();

    expect(await volumes()).toEqual([]);
  });

  it('keeps the address of Teal that a definition names itself', async () => {
    const task = taskOf([web('', { environment: { AWS_ENDPOINT_URL: 'http://elsewhere' } })]);

    await runtime.start(task);
    await reach(task, 'stopped');

    expect((await inspect(task)).Config.Env).toContain('AWS_ENDPOINT_URL=http://elsewhere');
  });

  it('labels containers and holds them to their limits', async () => {
    const task = taskOf([
      web('', {
        cpu: 256,
        memory: 128,
        memoryReservation: 64,
        user: '1000',
        workingDirectory: '/tmp',
        readonlyRootFilesystem: true,
      }),
    ]);

    await runtime.start(task);
    await reach(task, 'stopped');
    const { Config, HostConfig } = await inspect(task);

    expect(Config.Labels).toMatchObject({
      'teal.instance': options.instance,
      'teal.task': task.taskId,
      'teal.container': 'web',
      'com.amazonaws.ecs.task-arn': task.taskArn,
      'com.amazonaws.ecs.task-definition-version': '1',
    });
    expect(Config).toMatchObject({ User: '1000', WorkingDir: '/tmp' });
    expect(HostConfig).toMatchObject({
      CpuShares: 256,
      Memory: 128 * 1024 * 1024,
      MemoryReservation: 64 * 1024 * 1024,
      ReadonlyRootfs: true,
      Init: false,
    });
  });

  it.each([
    { init: false, is: 'the first process of its container' },
    { init: true, is: 'a child of an init' },
  ])('runs a program as $is where init is $init', async ({ init }) => {
    const task = taskOf([web(`process.exit(process.pid === 1 ? 41 : 42)`, init ? { linux: { init } } : {})]);

    await runtime.start(task);

    expect((await reach(task, 'stopped')).containers[0]?.exitCode).toBe(init ? 42 : 41);
  });

  it('says that a program is not in the image', async () => {
    const task = taskOf([web('', { command: ['no-such-program'] })]);

    await runtime.start(task);
    const found = await reach(task, 'stopped');

    expect(found.startFailure).toMatch(
      /^CannotStartContainerError: Error response from daemon: .*exec: "no-such-program": executable file not found/,
    );
    expect(found.containers[0]?.exitCode).toBeUndefined();
  });

  it('tells that an image cannot be pulled', async () => {
    const task = taskOf([web('', { image: '127.0.0.1:9/no/such:image' })]);

    await runtime.start(task);
    const found = await reach(task, 'stopped');

    expect(found.startFailure).toMatch(/^CannotPullContainerError: Error response from daemon: .*127\.0\.0\.1:9/);
    expect(found.startedAt).toBeUndefined();
    expect(found.containers).toEqual([{ name: 'web', state: 'stopped', reason: found.startFailure, endpoints: [] }]);
  });

  it('tells that a container cannot be started', async () => {
    const taken = taskOf([waiting({ portMappings: [{ containerPort: 8080, hostPort: port(), protocol: 'tcp' }] })], {
      networkMode: 'bridge',
    });

    await runtime.start(taken);
    const found = await reach(taken, 'stopped');

    expect(found.startFailure).toMatch(
      /^CannotStartContainerError: Error response from daemon: .*address already in use/,
    );
  });

  it('says so when the kernel killed a container for its memory', async () => {
    const eat = `const all = []; for (;;) all.push(Buffer.alloc(8e6, 1))`;
    const task = taskOf([web(eat, { memory: 64 })]);

    await runtime.start(task);

    expect((await reach(task, 'stopped')).containers[0]).toMatchObject({
      exitCode: 137,
      reason: 'OutOfMemoryError: Container killed due to memory usage',
    });
  });

  it('lets the containers of an awsvpc task talk over localhost', async () => {
    const ask = `const again = () => require('net').connect(8080, '127.0.0.1').on('data', (d) => process.exit(String(d) === 'hello' ? 0 : 1)).on('error', () => setTimeout(again, 20)); again()`;
    const side = web(ask, { name: 'side', essential: false });
    const task = taskOf([side, waiting()]);

    await runtime.start(task);
    const found = await eventually('the side container to end', async () =>
      (await runtime.observe()).find(({ containers }) => containers[0]?.state === 'stopped'),
    );

    expect(found.containers[0]?.exitCode).toBe(0);
    expect(found.state).toBe('running');
  });

  it('publishes ports on loopback in bridge mode', async () => {
    const task = taskOf([waiting()], { networkMode: 'bridge' });

    await runtime.start(task);
    const [endpoint] = (await reach(task, 'running')).containers[0]?.endpoints ?? [];

    expect(endpoint).toMatchObject({ containerPort: 8080, host: '127.0.0.1', protocol: 'tcp' });
    expect(endpoint?.port).toBeGreaterThan(1024);
  });

  it('starts what a Teal recorded, and perhaps created, before it died', async () => {
    const recorded = taskOf([waiting()]);
    const created = taskOf([waiting()]);
    await runtime.close();
    const records = openTaskRecords(options.folder);
    for (const spec of [recorded, created]) records.save({ spec });
    await engine.createContainer({
      name: containerName(options.instance, created.taskId, 'web'),
      Image: image,
      Cmd: [NODE, '-e', programOf({ does: 'wait' })],
      Labels: { 'teal.instance': options.instance, 'teal.task': created.taskId, 'teal.container': 'web' },
    });

    runtime = await createDockerRuntime(options);

    await reach(recorded, 'running');
    await reach(created, 'running');
    expect(await held()).toHaveLength(2);
  });

  it('does not run again what ran and ended before its start was written down', async () => {
    const task = taskOf([web('process.exit(5)')]);
    await runtime.start(task);
    await reach(task, 'stopped');
    const { State } = await inspect(task);
    await runtime.close();
    openTaskRecords(options.folder).save({ spec: task });

    runtime = await createDockerRuntime(options);

    expect((await reach(task, 'stopped')).containers[0]?.exitCode).toBe(5);
    expect((await inspect(task)).State.StartedAt).toBe(State.StartedAt);
  });

  it('removes strays whose record is gone', async () => {
    const task = taskOf([waiting()]);
    await runtime.start(task);
    await reach(task, 'running');
    await rm(join(options.folder, task.taskId), { recursive: true });

    await reopen();

    expect(await held()).toEqual([]);
  });

  const port = (): number => (teal.address() as AddressInfo).port;
  const waiting = (more: Partial<ContainerSpec> = {}): ContainerSpec =>
    web(programOf({ does: 'wait' }), { portMappings: [{ containerPort: 8080, protocol: 'tcp' }], ...more });
  const web = (program: string, more: Partial<ContainerSpec> = {}): ContainerSpec => ({
    name: 'web',
    image,
    command: [NODE, '-e', program],
    environment: {},
    portMappings: [],
    essential: true,
    cpu: 0,
    ...more,
  });
});
