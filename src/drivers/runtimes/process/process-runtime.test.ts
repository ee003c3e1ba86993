import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually } from '../../../../test/support/eventually.ts';
import { seconds } from '../../../kernel/span.ts';
import { orderConformance } from '../order.conformance.ts';
import { runtimeConformance } from '../runtime.conformance.ts';
import { programOf } from '../testing/behaviour.ts';
import { taskOf } from '../testing/task-of.ts';
import type { ContainerSpec, Runtime, RuntimeOptions, TaskSpec } from '../runtime.ts';
import { openTaskRecords } from '../task-records.ts';
import { containerFiles } from './container-files.ts';
import { launch } from './launcher.ts';
import { createProcessRuntime } from './process-runtime.ts';
import { markedProcesses } from './process-table.ts';

const node = process.execPath;

runtimeConformance({
  name: 'process',
  open: createProcessRuntime,
  container: (wanted) => ({ image: 'none', command: [node, '-e', programOf(wanted)] }),
  async kill(runtime, taskId, container) {
    const task = (await runtime.observe()).find((one) => one.taskId === taskId);
    const pid = Number(task?.containers.find(({ name }) => name === container)?.runtimeId);
    process.kill(-pid, 'SIGKILL');
  },
});

orderConformance({ name: 'process', open: createProcessRuntime, image: 'none', node });

let options: RuntimeOptions;
let runtime: Runtime;

beforeEach(async () => {
  options = {
    folder: await mkdtemp(join(tmpdir(), 'teal-runtime-')),
    instance: `test${process.pid}`,
    endpoint: () => 'http://127.0.0.1:4566',
    onChange: () => undefined,
  };
  runtime = await createProcessRuntime(options);
});

afterEach(async () => {
  for (const { taskId } of await runtime.observe()) await runtime.remove(taskId);
  await runtime.close();
  expect(markedProcesses(`${options.instance}:`)).toEqual([]);
  await rm(options.folder, { recursive: true, force: true });
});

it('refuses a definition without a command and says what to do', () => {
  const task = taskOf([container({ image: 'nginx' })]);

  expect(runtime.refuse(task)).toBe(
    "the process runtime runs a container definition's command, and container 'web' has none (image 'nginx' is not " +
      'unpacked); give it a command, or start Teal with --runtime docker',
  );
});

it('keeps every argument as it is, with no shell between', async () => {
  const argv = ['a b', '$HOME', '', "it's", '*'];
  const task = taskOf([shown('process.argv.slice(1)', { command: ['--', ...argv] })]);

  expect(await output(task)).toEqual(argv);
});

it('runs the program of a name that shells have built in', async () => {
  const task = taskOf([container({ entryPoint: ['echo'], command: ['-n', 'hello'] })]);

  await runtime.start(task);
  await ended(task);

  expect(await log(task)).toBe('hello');
});

it('tells a program where to listen, where Teal is, and what its definition says', async () => {
  const web = shown('process.env', {
    environment: { COLOUR: 'blue', PORT: '8080', 'spring.profiles.active': "it's; $fine" },
    portMappings: [
      { containerPort: 8080, protocol: 'tcp' },
      { containerPort: 9090, protocol: 'tcp' },
    ],
  });
  const task = taskOf([web]);
  const environment = (await output(task)) as Record<string, string>;

  const ports = openTaskRecords(options.folder)
    .get(task.taskId)
    ?.endpoints?.['web']?.map(({ port }) => String(port));
  expect(environment).toMatchObject({
    COLOUR: 'blue',
    'spring.profiles.active': "it's; $fine",
    HOST: '127.0.0.1',
    PORT: ports?.[0],
    PORT_8080: ports?.[0],
    PORT_9090: ports?.[1],
    AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
    PATH: process.env['PATH'],
  });
});

it('gives two tasks different ports', async () => {
  const mapping = { portMappings: [{ containerPort: 80, protocol: 'tcp' as const }] };
  const tasks = [1, 2, 3].map(() => taskOf([sleeping(mapping)]));

  await Promise.all(tasks.map((task) => runtime.start(task)));

  const endpoints = (await runtime.observe()).flatMap((task) => task.containers[0]?.endpoints ?? []);
  expect(new Set(endpoints.map(({ port }) => port)).size).toBe(3);
});

it('tells that a command is not on this machine', async () => {
  const task = taskOf([container({ command: ['no-such-program'] })]);

  await runtime.start(task);

  expect(await runtime.observe()).toMatchObject([
    {
      state: 'stopped',
      startFailure:
        "CannotStartContainerError: the command 'no-such-program' of container 'web' was not found on this machine",
      containers: [{ state: 'stopped' }],
    },
  ]);
  expect((await runtime.observe())[0]?.containers[0]?.exitCode).toBeUndefined();
});

it('ends grandchildren with the task, and those that left the group when it is removed', async () => {
  const task = taskOf([container({ command: ['sh', '-c', 'sleep 600 & setsid sleep 600 & echo ready; wait'] })]);
  await runtime.start(task);
  await eventually('both to start', () => (processesOf(task).length >= 4 ? true : undefined));

  await runtime.stop(task.taskId, seconds(20));
  await ended(task);
  await runtime.remove(task.taskId);

  expect(processesOf(task)).toEqual([]);
});

it('ends what the main process leaves behind when it ends', async () => {
  const task = taskOf([container({ command: ['sh', '-c', 'sleep 600 & exit 4'] })]);

  await runtime.start(task);

  expect((await ended(task)).containers[0]?.exitCode).toBe(4);
  await eventually('the group to end', () => (processesOf(task).length === 0 ? true : undefined));
});

it('ends a program whose launcher alone was killed', async () => {
  const task = taskOf([sleeping()]);
  await runtime.start(task);
  const [found] = await runtime.observe();
  await eventually('the program to start', () => (processesOf(task).length === 2 ? true : undefined));

  process.kill(Number(found?.containers[0]?.runtimeId), 'SIGKILL');

  expect((await ended(task)).containers[0]?.exitCode).toBe(137);
  await eventually('the program to end', () => (processesOf(task).length === 0 ? true : undefined));
});

it('starts what a Teal recorded that died before it started it', async () => {
  const task = taskOf([sleeping()]);
  openTaskRecords(options.folder).save({ spec: task });

  await reopen();

  expect(await runtime.observe()).toMatchObject([{ taskId: task.taskId, state: 'running' }]);
});

it('runs a program once when a launcher of the Teal that died is still on its way', async () => {
  const task = taskOf([sleeping()]);
  const records = openTaskRecords(options.folder);
  records.save({ spec: task });
  const files = containerFiles(records.folderOf(task.taskId), 'web');
  const environment = { PATH: process.env['PATH'] ?? '', TEAL_TASK: `${options.instance}:${task.taskId}:web` };
  for (let launcher = 0; launcher < 5; launcher++) {
    launch({ argv: ['sleep', '600'], environment, workingDirectory: options.folder, files });
  }

  await reopen();
  await eventually('the late launchers to give up', () => (processesOf(task).length === 2 ? true : undefined));

  expect(await runtime.observe()).toMatchObject([{ taskId: task.taskId, state: 'running' }]);
});

it('never starts what was told to stop before it ran', async () => {
  const task = taskOf([sleeping()]);
  openTaskRecords(options.folder).save({ spec: task, stop: { askedAt: 1, grace: 1, killAt: {} } });

  await reopen();

  expect(await runtime.observe()).toMatchObject([{ state: 'stopped', containers: [{ state: 'stopped' }] }]);
  expect((await runtime.observe())[0]?.startedAt).toBeUndefined();
});

it('does not take another process with the same pid for the task', async () => {
  const task = taskOf([sleeping()]);
  await runtime.start(task);
  await runtime.close();
  const records = openTaskRecords(options.folder);
  const stranger = taskOf([sleeping()]);
  records.save({ spec: stranger, startedAt: 1 });
  await writeFile(containerFiles(records.folderOf(stranger.taskId), 'web').pid, `${process.pid} 1\n`);

  runtime = await createProcessRuntime(options);

  const found = (await runtime.observe()).find(({ taskId }) => taskId === stranger.taskId);
  expect(found).toMatchObject({ state: 'stopped', containers: [{ exitCode: 137 }] });
});

it('ends strays whose record is gone', async () => {
  const task = taskOf([sleeping()]);
  await runtime.start(task);
  await rm(join(options.folder, task.taskId), { recursive: true });

  await reopen();

  expect(await runtime.observe()).toEqual([]);
  await eventually('the stray to end', () => (processesOf(task).length === 0 ? true : undefined));
});

it('keeps a log from growing without end', async () => {
  const task = taskOf([container({ command: ['sh', '-c', 'head -c 11000000 /dev/zero; echo after; exec sleep 600'] })]);
  await runtime.start(task);
  await eventually('the log to grow', async () => ((await log(task)).endsWith('after\n') ? true : undefined));

  await runtime.observe();

  expect(await log(task)).toBe('');
});

async function reopen(): Promise<void> {
  await runtime.close();
  runtime = await createProcessRuntime(options);
}

function container(more: Partial<ContainerSpec>): ContainerSpec {
  return { name: 'web', image: 'none', environment: {}, portMappings: [], essential: true, cpu: 0, ...more };
}

const sleeping = (more: Partial<ContainerSpec> = {}): ContainerSpec =>
  container({ command: ['sleep', '600'], ...more });

/** A container that prints a value as JSON and ends. */
const shown = (expression: string, { command = [], ...more }: Partial<ContainerSpec>): ContainerSpec =>
  container({ command: [node, '-e', `console.log(JSON.stringify(${expression}))`, ...command], ...more });

async function output(task: TaskSpec): Promise<unknown> {
  await runtime.start(task);
  await ended(task);
  return JSON.parse(await log(task));
}

const log = (task: TaskSpec): Promise<string> => readFile(join(options.folder, task.taskId, 'web.log'), 'utf8');

const processesOf = (task: TaskSpec) => markedProcesses(`${options.instance}:${task.taskId}:`);

const ended = (task: TaskSpec) =>
  eventually(`the end of task ${task.taskId}`, async () =>
    (await runtime.observe()).find(({ taskId, state }) => taskId === task.taskId && state === 'stopped'),
  );
