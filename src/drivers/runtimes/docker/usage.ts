import type Docker from 'dockerode';
import type { ContainerStats } from 'dockerode';
import { cpus } from 'node:os';
import type { ContainerUsage, RuntimeUsage } from '../runtime.ts';
import type { TaskRecord } from '../task-records.ts';
import { unless } from './engine.ts';
import { containerName } from './names.ts';

/** Older Engines answer at their next look at all containers, up to a second later: so many are asked together. */
const AT_ONCE = 64;

/** Asks the Engine what the containers of these tasks use. */
export async function readUsage(
  engine: Docker,
  instance: string,
  records: readonly TaskRecord[],
): Promise<RuntimeUsage> {
  const left = [...records];
  const read: { readonly taskId: string; readonly all: readonly (readonly [name: string, stats: Stats])[] }[] = [];
  const work = async (): Promise<void> => {
    for (let record = left.shift(); record; record = left.shift()) {
      const { taskId, containers } = record.spec;
      const stats = await Promise.all(
        containers.map(({ name }) => readStats(engine.getContainer(containerName(instance, taskId, name)))),
      );
      read.push({ taskId, all: containers.map(({ name }, at) => [name, stats[at]] as const) });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const tasks = read.map(({ taskId, all }) => ({ taskId, containers: all.flatMap(usageOf) }));
  const seen = read.flatMap(({ all }) => all.flatMap(([, stats]) => stats?.cpu_stats?.online_cpus ?? []));
  return { tasks: tasks.filter(({ containers }) => containers.length > 0), processors: seen[0] ?? cpus().length };
}

type Told = 'memory_stats' | 'cpu_stats';
type Stats = (Omit<ContainerStats, Told> & Partial<Pick<ContainerStats, Told>>) | undefined;

/** One-shot: otherwise the Engine takes a second sample, which takes it a second. */
const readStats = async (container: Docker.Container): Promise<Stats> =>
  (await container.stats({ stream: false, 'one-shot': true }).catch(unless(404, 409))) ?? undefined;

function usageOf([name, stats]: readonly [name: string, stats: Stats]): ContainerUsage[] {
  // An Engine has nothing to say of a container that ends while it is asked.
  if (!stats?.memory_stats || !stats.cpu_stats) return [];
  const memoryBytes = memoryOf(stats.memory_stats);
  if (memoryBytes === undefined) return [];
  return [{ name, at: Date.parse(stats.read), cpuNanos: stats.cpu_stats.cpu_usage.total_usage, memoryBytes }];
}

/** As `docker stats` counts it: cached files that nobody has touched lately are not used. A stopped container uses none. */
function memoryOf({ usage, stats }: ContainerStats['memory_stats']): number | undefined {
  if (usage === undefined) return undefined;
  const found = stats as { readonly total_inactive_file?: number; readonly inactive_file?: number } | undefined;
  return Math.max(0, usage - (found?.total_inactive_file ?? found?.inactive_file ?? 0));
}
