import { expect, it } from 'vitest';
import { runtimeConformance } from '../runtime.conformance.ts';
import type { Behaviour } from '../testing/behaviour.ts';
import { taskOf } from '../testing/task-of.ts';
import type { ContainerSpec } from '../runtime.ts';
import { createFakeRuntime, type FakeRuntime } from './fake-runtime.ts';
import type { FakeBehaviour, FakeTask } from './fake-task.ts';

const worlds = new Map<string, Map<string, FakeTask>>();
const fakes = new WeakMap<object, FakeRuntime>();

runtimeConformance({
  name: 'fake',
  listens: false,
  async open({ folder, onChange }) {
    const world = worlds.get(folder) ?? new Map<string, FakeTask>();
    worlds.set(folder, world);
    const fake = createFakeRuntime({ world, onChange, behaviour });
    fakes.set(fake, fake);
    return fake;
  },
  container: (wanted) => ({ image: 'fake', command: [JSON.stringify(wanted)] }),
  kill: async (runtime, taskId, container) => fakes.get(runtime)?.crash(taskId, 137, container),
});

function behaviour({ command = [] }: ContainerSpec): FakeBehaviour {
  const wanted = JSON.parse(command[0] ?? '{}') as Behaviour;
  if (wanted.does === 'work') return { uses: { cpuNanos: 1e9, memoryBytes: 64 * 1024 * 1024 } };
  return wanted.does === 'exit'
    ? { exits: wanted.code, prints: wanted.prints ?? [] }
    : { ignoresTerm: wanted.ignoresTerm ?? false };
}

const container: ContainerSpec = {
  name: 'web',
  image: 'fake',
  environment: {},
  portMappings: [],
  essential: true,
  cpu: 0,
};

it('holds a start back until the test finishes it', async () => {
  const runtime = createFakeRuntime({ startsAlone: false });
  const task = taskOf([container]);
  await runtime.start(task);
  const before = await runtime.observe();

  runtime.finishStart(task.taskId);

  expect(before.map(({ state }) => state)).toEqual(['starting']);
  expect((await runtime.observe()).map(({ state }) => state)).toEqual(['running']);
});

it('fails a start with the reason a test gives', async () => {
  const runtime = createFakeRuntime({ startsAlone: false });
  const task = taskOf([container]);
  await runtime.start(task);

  runtime.failStart(task.taskId, 'CannotPullContainerError: no such image');

  expect(await runtime.observe()).toMatchObject([
    { state: 'stopped', startFailure: 'CannotPullContainerError: no such image', containers: [{ state: 'stopped' }] },
  ]);
});
