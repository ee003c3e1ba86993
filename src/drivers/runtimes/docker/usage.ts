import type Docker from 'dockerode';
import type { ContainerStats } from 'dockerode';
import { cpus } from 'node:os';
import type { ContainerUsage, RuntimeUsage, TaskUsage } from '../runtime.ts';
import type { TaskRecord } from '../task-records.ts';
import { containerName } from './container-options.ts';
import { unless } from './engine.ts';

/** The Engine reads files of the kernel for each answer; more at once only queue there. */
const AT_ONCE = 8;

/** Asks the Engine what the containers of these tasks use. */
export async function readUsage(
  engine: Docker,
  instance: string,
  records: readonly TaskRecord[],
): Promise<RuntimeUsage> {
  let processors: number | undefined;
  const left = [...records];
  const tasks: TaskUsage[] = [];
  const work = async (): Promise<void> => {
    for (let record = left.shift(); record; record = left.shift()) {
      const { taskId, containers } = record.spec;
      const used: ContainerUsage[] = [];
      for (const { name } of containers) {
        const stats = await readStats(engine.getContainer(containerName(instance, taskId, name)));
        processors ??= stats?.cpu_stats.online_cpus;
        const memoryBytes = stats && memoryOf(stats.memory_stats);
        if (memoryBytes !== undefined)
          used.push({ name, cpuNanos: stats?.cpu_stats.cpu_usage.total_usage ?? 0, memoryBytes });
      }
      if (used.length > 0) tasks.push({ taskId, containers: used });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { tasks, processors: processors ?? cpus().length };
}

/** One-shot: otherwise the Engine takes a second sample, which takes it a second. */
const readStats = async (container: Docker.Container): Promise<ContainerStats | undefined> =>
  (await container.stats({ stream: false, 'one-shot': true }).catch(unless(404, 409))) ?? undefined;

/** As `docker stats` counts it: cached files that nobody has touched lately are not used. A stopped container uses none. */
function memoryOf({ usage, stats }: ContainerStats['memory_stats']): number | undefined {
  if (usage === undefined) return undefined;
  const found = stats as { readonly total_inactive_file?: number; readonly inactive_file?: number } | undefined;
  return Math.max(0, usage - (found?.total_inactive_file ?? found?.inactive_file ?? 0));
}
