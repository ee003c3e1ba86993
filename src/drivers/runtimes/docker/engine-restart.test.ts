import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ensureNodeImage } from '../../../../test/support/docker-image.ts';
import { eventually } from '../../../../test/support/eventually.ts';
import {
  privateEngine,
  privateEngineUnavailable,
  type PrivateEngine,
} from '../../../../test/support/private-engine.ts';
import { seconds } from '../../../kernel/span.ts';
import { programOf } from '../testing/behaviour.ts';
import { taskOf } from '../testing/task-of.ts';
import type { Runtime, RuntimeOptions, TaskObservation, TaskSpec } from '../runtime.ts';
import { createDockerRuntime } from './docker-runtime.ts';

const unavailable = privateEngineUnavailable();
const PATIENT = 120_000;

describe.skipIf(unavailable !== undefined)(
  `an Engine that is started anew (${unavailable ?? 'one of our own'})`,
  () => {
    let docker: PrivateEngine;
    let runtime: Runtime;
    let options: RuntimeOptions & { readonly socketPath: string };
    let image = '';

    const open = async (isLive: boolean): Promise<void> => {
      docker = await privateEngine(isLive);
      await docker.start();
      image = await ensureNodeImage(docker.engine);
      options = {
        folder: await mkdtemp(join(tmpdir(), 'teal-runtime-')),
        instance: `restart${process.pid}`,
        endpoint: () => 'http://127.0.0.1:4566',
        onChange: () => undefined,
        socketPath: docker.socketPath,
      };
      runtime = await createDockerRuntime(options);
    };
    afterEach(async () => {
      for (const { taskId } of await runtime.observe()) await runtime.remove(taskId);
      await runtime.close();
      await docker.remove();
      await rm(options.folder, { recursive: true, force: true });
    });

    const task = (): TaskSpec =>
      taskOf(
        [
          {
            name: 'web',
            image,
            command: ['/usr/local/bin/node', '-e', programOf({ does: 'wait' })],
            environment: { PORT: '0' },
            portMappings: [],
            essential: true,
            cpu: 0,
            linux: { init: true },
          },
        ],
        { networkMode: 'host' },
      );
    const reach = (spec: TaskSpec, state: TaskObservation['state']): Promise<TaskObservation> =>
      eventually(
        `the task to be ${state}`,
        async () => {
          const found = await runtime.observe().catch(() => []);
          return found.find((one) => one.taskId === spec.taskId && one.state === state);
        },
        PATIENT,
      );
    const held = async () => (await docker.engine.listContainers({ all: true })).length;

    it('takes containers that went on for the tasks they are', { timeout: 5 * PATIENT }, async () => {
      await open(true);
      const spec = task();
      await runtime.start(spec);
      const before = await reach(spec, 'running');

      await docker.end();
      // A look that was taken just before is still good for a moment.
      const refusal = () =>
        runtime.observe().then(
          () => undefined,
          (cause: unknown) => cause,
        );
      expect(await eventually('the Engine to be missed', refusal)).toBeInstanceOf(Error);
      await docker.start();
      const after = await reach(spec, 'running');
      await runtime.stop(spec.taskId, seconds(20));

      expect(after).toEqual(before);
      expect((await reach(spec, 'stopped')).containers[0]?.exitCode).toBe(143);
      expect(await held()).toBe(1);
    });

    it('tells of containers that ended with it, and runs new ones', { timeout: 5 * PATIENT }, async () => {
      await open(false);
      const lost = task();
      await runtime.start(lost);
      const before = await reach(lost, 'running');

      await docker.end();
      await docker.start();
      const after = await reach(lost, 'stopped');
      const next = task();
      await runtime.start(next);
      await reach(next, 'running');

      expect(after.containers[0]?.runtimeId).toBe(before.containers[0]?.runtimeId);
      expect(after.containers[0]?.exitCode).toBe(143);
      expect(await held()).toBe(2);
    });

    it(
      'says that a task could not start while it is away, and starts nothing of it later',
      { timeout: 5 * PATIENT },
      async () => {
        await open(true);
        const spec = task();

        await docker.end();
        await runtime.start(spec);
        const failed = await eventually('the start to fail', async () => {
          const record = (await runtime.observe().catch(() => undefined))?.[0];
          return record ?? (await docker.start(), undefined);
        });

        expect(failed.startFailure).toMatch(/^CannotPullContainerError: /);
        expect(await held()).toBe(0);
      },
    );
  },
);
