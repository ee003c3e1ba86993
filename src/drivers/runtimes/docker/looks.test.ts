import type { ContainerInspectInfo } from 'dockerode';
import { expect, it } from 'vitest';
import type { TaskRecord, TaskRecords } from '../task-records.ts';
import { taskOf } from '../testing/task-of.ts';
import type { EngineFacts } from './engine-facts.ts';
import type { InstanceContainers } from './instance-containers.ts';
import { Looks } from './looks.ts';

const spec = taskOf([
  {
    ...{ name: 'a', image: 'a', command: ['a'], environment: {}, portMappings: [], essential: true, cpu: 0 },
  },
]);
const { taskId } = spec;
const inspected = (Status: string, ExitCode = 0) =>
  ({
    Id: 'c1',
    State: { Status, Running: Status === 'running', ExitCode, StartedAt: '2026-01-01T00:00:00Z', FinishedAt: '' },
    NetworkSettings: { Networks: {}, Ports: {} },
  }) as ContainerInspectInfo;

/** Looks at one task, whose only container is as told. */
function lookAt() {
  let record: TaskRecord = { spec, isPrepared: true, startedAt: 1 };
  let container = inspected('created');
  const records = { all: () => [record], get: () => record } as unknown as TaskRecords;
  const inspectAll = async () => new Map([[taskId, new Map([['a', container]])]]);
  const looks = new Looks({ inspectAll } as InstanceContainers, records, { isRouted: true } as EngineFacts);
  return {
    looks,
    change: (change: Partial<TaskRecord>) => (record = { ...record, ...change }),
    becomes: (status: string, exitCode?: number) => (container = inspected(status, exitCode)),
    shown: (look: Awaited<ReturnType<Looks['take']>>) => looks.observationOf(record, look),
  };
}
const stop = { askedAt: 1, grace: 1, killAt: {} };

it.each(['created', 'running'])('tells of no end that a look has not seen: it saw the container %s', async (status) => {
  const { looks, change, becomes, shown } = lookAt();
  becomes(status);
  if (status === 'running') {
    change({ stop });
    looks.passed(taskId);
  }
  const early = await looks.take();
  if (status === 'created') {
    change({ stop });
    looks.passed(taskId);
  }
  becomes('exited', 143);
  const late = await looks.take();
  change({ stoppedAt: 2 });

  expect(shown(early).state).toBe('stopping');
  expect(shown(late)).toMatchObject({ state: 'stopped', containers: [{ state: 'stopped', exitCode: 143 }] });
  expect(shown(await looks.take())).toMatchObject({ state: 'stopped', containers: [{ exitCode: 143 }] });
});
