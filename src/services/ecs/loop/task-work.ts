import type { TaskObservation } from '../../../drivers/runtimes/runtime.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { EcsDeps } from '../deps.ts';
import { tasks, type TaskRecord } from '../records/task.ts';
import type { Happening } from './happenings.ts';

export interface TaskWork {
  readonly deps: EcsDeps;
  readonly scope: Scope;
  readonly task: TaskRecord;
  readonly observation: TaskObservation | undefined;
  readonly now: number;
  /** Starts in the background: pulling an image may take minutes. */
  begin(task: TaskRecord): void;
  tell(happening: Happening): void;
}

/** Writes the newest record changed, its version counted up. */
export const change = (
  { deps, scope, task }: Pick<TaskWork, 'deps' | 'scope' | 'task'>,
  update: (current: TaskRecord) => TaskRecord | undefined,
): Promise<TaskRecord | undefined> =>
  tasks(deps.store).change(scope, task.id, (current) => {
    const next = update(current);
    return next && { ...next, version: current.version + 1 };
  });
