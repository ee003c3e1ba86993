import { availableParallelism } from 'node:os';
import type { RuntimeUsage } from '../runtime.ts';
import type { TaskRecord } from '../task-records.ts';
import { readGroupUsage } from './group-usage.ts';
import type { TaskContainers } from './task-containers.ts';

/** Tells what the process groups of these tasks use. */
export async function readTaskUsage(records: readonly TaskRecord[], looks: TaskContainers): Promise<RuntimeUsage> {
  const running = records.map((record) => ({
    taskId: record.spec.taskId,
    containers: record.spec.containers.flatMap((container) => {
      const look = looks.lookAt(record, container);
      return look.state === 'running' ? [{ name: container.name, group: look.process.pid }] : [];
    }),
  }));
  const groups = new Set(running.flatMap(({ containers }) => containers.map(({ group }) => group)));
  const used = groups.size > 0 ? await readGroupUsage(groups) : new Map<number, never>();
  const at = Date.now();
  const tasks = running.map(({ taskId, containers }) => ({
    taskId,
    containers: containers.flatMap(({ name, group }) => {
      const found = used.get(group);
      return found ? [{ name, at, ...found }] : [];
    }),
  }));
  return { tasks: tasks.filter(({ containers }) => containers.length > 0), processors: availableParallelism() };
}
