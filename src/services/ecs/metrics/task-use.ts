import type { ContainerUsage, RuntimeUsage } from '../../../drivers/runtimes/runtime.ts';
import type { TaskRecord } from '../records/task.ts';

/** What the runtime said at a moment, in epoch milliseconds. */
export interface UsageSample {
  readonly at: number;
  readonly usage: RuntimeUsage;
}

/** What a task used between two samples. */
export interface TaskUse {
  /** On average, 1024 to a processor. */
  readonly cpuUnits: number;
  /** At the later one. */
  readonly memoryMib: number;
  /** What its definition gives it; absent where that says nothing. */
  readonly cpuReserved?: number;
  readonly memoryReserved?: number;
  /** Percent of what is reserved; of the whole machine's processors where no CPU is. May be above 100. */
  readonly cpuUtilisation: number;
  /** Absent where no memory is reserved. */
  readonly memoryUtilisation?: number;
}

const UNITS = 1024;
const MIB = 1024 * 1024;

/** Says what tasks used, by their ids, on average from one sample to the other: one that is new did nothing before. */
export function taskUses(
  running: readonly TaskRecord[],
  before: UsageSample,
  after: UsageSample,
): ReadonlyMap<string, TaskUse> {
  const earlier = containersByTask(before.usage);
  const later = containersByTask(after.usage);
  const uses = running.flatMap((task): [string, TaskUse][] => {
    const now = later.get(task.id);
    if (!now) return [];
    const then = earlier.get(task.id);
    // One that was running and could not be read then is measured from its start.
    const since = Math.min(before.at, task.startedAt ?? before.at);
    const units = now.map((one) =>
      unitsOf(one, then?.find(({ name }) => name === one.name) ?? { at: since, cpuNanos: 0 }),
    );
    const bytes = add(now.map(({ memoryBytes }) => memoryBytes));
    return [[task.id, useOf(task, add(units), bytes / MIB, after.usage.processors)]];
  });
  return new Map(uses);
}

const add = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0);

function unitsOf(now: ContainerUsage, then: Pick<ContainerUsage, 'at' | 'cpuNanos'>): number {
  const nanos = Math.max(1, now.at - then.at) * 1e6;
  return (Math.max(0, now.cpuNanos - then.cpuNanos) / nanos) * UNITS;
}

/**
 * Both settings of the definition stand in the record as ECS resolves them: of the task, else added up over containers,
 * where the hard limit of memory goes before the soft one (assumed).
 */
function useOf({ cpu, memory }: TaskRecord, cpuUnits: number, memoryMib: number, processors: number): TaskUse {
  const [cpuReserved, memoryReserved] = [Number(cpu), Number(memory)];
  return {
    cpuUnits,
    memoryMib,
    ...(cpuReserved > 0 && { cpuReserved }),
    cpuUtilisation: (cpuUnits / (cpuReserved > 0 ? cpuReserved : processors * UNITS)) * 100,
    ...(memoryReserved > 0 && { memoryReserved, memoryUtilisation: (memoryMib / memoryReserved) * 100 }),
  };
}

const containersByTask = ({ tasks }: RuntimeUsage): ReadonlyMap<string, readonly ContainerUsage[]> =>
  new Map(tasks.map(({ taskId, containers }) => [taskId, containers]));
