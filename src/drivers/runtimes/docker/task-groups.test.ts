import Dockerode from 'dockerode';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dockerUnavailable, ensureNodeImage } from '../../../../test/support/docker-image.ts';
import { eventually } from '../../../../test/support/eventually.ts';
import { seconds } from '../../../kernel/span.ts';
import { taskOf } from '../testing/task-of.ts';
import type { ContainerSpec, Runtime, RuntimeOptions, TaskObservation, TaskSpec } from '../runtime.ts';
import type { ControlGroups } from './cgroups/control-groups.ts';
import { engineAddress } from './docker-answers.ts';
import { createDockerRuntime } from './docker-runtime.ts';
import { factsOf } from './engine-facts.ts';
import { containerName, containerPrefix } from './names.ts';
import { groupsOf } from './task-groups.ts';

const NODE = '/usr/local/bin/node';
const MIB = 1024 * 1024;

const unavailable = await dockerUnavailable();
const image = unavailable === undefined ? await ensureNodeImage() : '';
const found = unavailable ?? groupsOf(await factsOf(new Dockerode(engineAddress())));
const missing = typeof found === 'string' ? found : undefined;

describe.skipIf(unavailable !== undefined && !process.env['CI'])(
  `tasks on Docker (${unavailable ?? 'answers'})`,
  () => {
    const instance = `groups${process.pid}`;
    let options: RuntimeOptions;
    let runtime: Runtime;
    let onChange: () => void;
    let notes: string[];

    beforeEach(async () => {
      onChange = () => undefined;
      notes = [];
      options = {
        folder: await mkdtemp(join(tmpdir(), 'teal-groups-')),
        instance,
        endpoint: () => 'http://127.0.0.1:1',
        onChange: () => onChange(),
        note: (text) => notes.push(text),
      };
      runtime = await createDockerRuntime(options);
    });

    afterEach(async () => {
      onChange = () => undefined;
      for (const { taskId } of await runtime.observe()) await runtime.remove(taskId);
      await runtime.close();
      await rm(options.folder, { recursive: true, force: true });
      if (missing === undefined) expect(await held()).toEqual([]);
    });

    const held = () => (found as ControlGroups).list(containerPrefix(instance));
    const reach = (task: TaskSpec, state: TaskObservation['state']): Promise<TaskObservation> =>
      eventually(`task ${task.taskId} to be ${state}`, async () =>
        (await runtime.observe()).find((one) => one.taskId === task.taskId && one.state === state),
      );
    const container = (name: string, program: string): ContainerSpec => ({
      name,
      image,
      command: [NODE, '-e', program],
      environment: {},
      portMappings: [],
      essential: true,
      cpu: 0,
      linux: { init: true }, // ends at SIGTERM as any process does
    });
    const IDLE = 'setTimeout(() => {}, 1e9)';
    /** Fills when told to: an Engine misses that memory ran out before it has reported the start. */
    const FILL = `let all; process.on('SIGUSR2', () => (all = Buffer.alloc(${130 * MIB}, 1), console.log('filled'))); console.log('ready'); ${IDLE}`;
    const has = ({ taskId }: TaskSpec, name: string, word: string) =>
      eventually(`${name} to be ${word}`, async () =>
        (await runtime.readOutput(taskId, name, undefined)).lines.find(({ message }) => message === word),
      );
    const fill = async (task: TaskSpec, name: string) => {
      await has(task, name, 'ready');
      const container = new Dockerode(engineAddress()).getContainer(containerName(instance, task.taskId, name));
      await container.kill({ signal: 'SIGUSR2' });
    };

    it.skipIf(missing !== undefined)(
      `kills what exceeds the memory of a task together (${missing ?? 'held'})`,
      async () => {
        const alone = taskOf([container('a', FILL), container('b', IDLE)], { memory: 256 });
        const together = taskOf([container('a', FILL), container('b', FILL)], { memory: 256 });

        await runtime.start(alone);
        await reach(alone, 'running');
        await fill(alone, 'a');
        await has(alone, 'a', 'filled');
        await runtime.start(together);
        await reach(together, 'running');
        await fill(together, 'a');
        await has(together, 'a', 'filled');
        await fill(together, 'b');
        const { containers } = await reach(together, 'stopped');

        expect(containers.filter(({ exitCode }) => exitCode === 137)).toContainEqual(
          expect.objectContaining({ reason: 'OutOfMemoryError: Container killed due to memory usage' }),
        );
        expect((await reach(alone, 'running')).containers.map(({ state }) => state)).toEqual(['running', 'running']);
      },
    );

    it.skipIf(missing !== undefined)(
      `shares the CPU of a task among its containers (${missing ?? 'held'})`,
      async () => {
        const task = taskOf([container('a', 'for (;;);'), container('b', 'for (;;);')], { cpu: 256 });
        const sample = async () => {
          const { tasks } = await runtime.usage();
          const containers = tasks.find(({ taskId }) => taskId === task.taskId)?.containers ?? [];
          return containers.length === 2 ? containers : undefined;
        };

        await runtime.start(task);
        await reach(task, 'running');
        const before = await eventually('both to be measured', sample);
        const after = await eventually('both to have worked', async () => {
          const now = await sample();
          return now?.every(({ at }, index) => at - (before[index]?.at ?? 0) > 6000) ? now : undefined;
        });

        const shares = after.map(({ at, cpuNanos }, index) => {
          const first = before[index];
          return (cpuNanos - (first?.cpuNanos ?? 0)) / 1e6 / (at - (first?.at ?? 0));
        });
        expect(shares.reduce((sum, share) => sum + share)).toBeLessThan(0.25 * 1.4);
      },
    );

    it.skipIf(missing !== undefined)(
      `finds groups again after a crash, and removes strays (${missing ?? 'held'})`,
      async () => {
        const task = taskOf([container('a', IDLE), container('b', IDLE)], { memory: 256, cpu: 512 });
        await runtime.start(task);
        await reach(task, 'running');
        await (found as ControlGroups).ensure(`${containerPrefix(instance)}${taskOf([]).taskId}`, { memoryBytes: MIB });

        await runtime.close();
        runtime = await createDockerRuntime(options);

        expect(await held()).toEqual([`${containerPrefix(instance)}${task.taskId}`]);
        await runtime.remove(task.taskId);
        expect(await held()).toEqual([]);
      },
    );

    it('says at its start whether limits hold for each container alone', () => {
      expect(notes.length).toBe(missing === undefined ? 0 : 1);
    });

    it('loses no SIGTERM of tasks that are stopped as they begin', async () => {
      const tasks = Array.from({ length: 6 }, () => taskOf([container('a', IDLE)]));
      onChange = () =>
        void runtime.observe().then((seen) => {
          for (const { taskId, state } of seen) if (state === 'running') void runtime.stop(taskId, seconds(60));
        });

      for (const task of tasks) await runtime.start(task);
      const ended = await Promise.all(tasks.map((task) => reach(task, 'stopped')));

      expect(ended.map(({ containers }) => containers[0]?.exitCode)).toEqual(tasks.map(() => 143));
    });
  },
);
