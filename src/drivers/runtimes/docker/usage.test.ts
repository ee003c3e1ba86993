import type Docker from 'dockerode';
import { expect, it } from 'vitest';
import type { TaskRecord } from '../task-records.ts';
import { readUsage } from './usage.ts';

const RUNNING = {
  read: '2026-01-01T00:00:00Z',
  memory_stats: { usage: 3000, stats: { inactive_file: 1000 } },
  cpu_stats: { cpu_usage: { total_usage: 7 }, online_cpus: 4 },
};
/** What an Engine answers of a container that ends while it is asked. */
const ENDING = { read: '0001-01-01T00:00:00Z', cpu_stats: { cpu_usage: { total_usage: 0 } } };

it('tells what the running containers of a task use when another one ends meanwhile', async () => {
  const engine = {
    getContainer: (name: string) => ({ stats: async () => (name.endsWith('-ending') ? ENDING : RUNNING) }),
  } as unknown as Docker;
  const record = {
    spec: { taskId: 'one', containers: [{ name: 'web' }, { name: 'ending' }] },
  } as unknown as TaskRecord;

  const { tasks, processors } = await readUsage(engine, 'here', [record]);

  const at = Date.parse(RUNNING.read);
  expect(tasks).toEqual([{ taskId: 'one', containers: [{ name: 'web', at, cpuNanos: 7, memoryBytes: 2000 }] }]);
  expect(processors).toBe(4);
});
