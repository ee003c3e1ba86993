import type { EventStart, OpenEvent } from '../output/multiline.ts';
import type { Records, Transaction } from '../../../store/store.ts';

/** Where the lines of one container go. */
export interface TaskOutput {
  readonly container: string;
  /** Of the log group; the task may run in another. */
  readonly region: string;
  readonly group: string;
  readonly stream: string;
  readonly mayCreateGroup: boolean;
  /** How an event of several lines begins; absent when every line is one. */
  readonly eventStart?: EventStart | undefined;
}

/** How far a container's output was stored, in the runtime's words; kept under `TASK/CONTAINER` while the task is. */
export interface OutputPosition {
  readonly position: string;
  /** Lines up to the position that wait for more of their event, and since when. */
  readonly open?: (OpenEvent & { readonly since: number }) | undefined;
}

export const outputPositions = (tx: Transaction): Records<OutputPosition> => tx.records('ecs_task_outputs');

export const outputKey = (taskId: string, container: string): string => `${taskId}/${container}`;
