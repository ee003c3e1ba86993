import type { RuntimeUsage } from '../../../drivers/runtimes/runtime.ts';
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
  const earlier = totals(before.usage);
  const later = totals(after.usage);
  const uses = running.flatMap((task): [string, TaskUse][] => {
    const now = later.get(task.id);
    if (!now) return [];
    const then = earlier.get(task.id);
    // One that was running and could not be read then is measured from its start.
    const since = then ? before.at : Math.min(before.at, task.startedAt ?? before.at);
    const nanos = Math.max(1, after.at - since) * 1e6;
    const cpuUnits = (Math.max(0, now.cpuNanos - (then?.cpuNanos ?? 0)) / nanos) * UNITS;
    return [[task.id, useOf(task, cpuUnits, now.memoryBytes / MIB, after.usage.processors)]];
  });
  return new Map(uses);
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

const totals = ({ tasks }: RuntimeUsage) =>
  new Map(
    tasks.map(({ taskId, containers }) => [
      taskId,
      {
        cpuNanos: containers.reduce((sum, one) => sum + one.cpuNanos, 0),
        memoryBytes: containers.reduce((sum, one) => sum + one.memoryBytes, 0),
      },
    ]),
  );
