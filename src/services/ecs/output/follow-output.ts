import { millis } from '../../../kernel/span.ts';
import type { EcsDeps } from '../deps.ts';
import { tasks, type TaskRecord } from '../records/task.ts';
import { storeOutput } from './store-output.ts';

/** Between two looks at what containers have printed: what a reader of logs waits at most. Real time. */
const LOOK = millis(500);

/** Stores what containers print, for as long as it is open; what comes later is read by whoever opens it next. */
export function followOutput(deps: EcsDeps): { close(): Promise<void> } {
  const closing = new AbortController();
  const refused = new Set<string>();
  const run = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      await lookOnce(deps, refused, closing.signal).catch((cause: unknown) =>
        deps.logger.error('the output of tasks could not be read', { cause }),
      );
      await deps.clock.sleep(LOOK, closing.signal);
    }
  };
  const running = run();
  return {
    async close() {
      closing.abort();
      await running;
    },
  };
}

async function lookOnce(deps: EcsDeps, refused: Set<string>, signal: AbortSignal): Promise<void> {
  for (const { record } of await tasks(deps.store).everywhere())
    if (!signal.aborted && record.outputs?.length && record.lastStatus !== 'STOPPED')
      await storeOrTell(deps, record, refused);
}

/** The last look at a task, which ends whether its lines can be stored or not. */
export const storeLastOutput = (deps: EcsDeps, task: TaskRecord): Promise<void> =>
  storeOrTell(deps, task, new Set<string>(), true);

/** @param refused - tasks whose lines are refused, each told of once */
async function storeOrTell(deps: EcsDeps, task: TaskRecord, refused: Set<string>, isLast = false): Promise<void> {
  try {
    await storeOutput(deps, task, isLast);
    refused.delete(task.id);
  } catch (cause) {
    if (refused.has(task.id)) return;
    refused.add(task.id);
    deps.logger.warn('lines of a task could not be stored; they wait where they are', { taskId: task.id, cause });
  }
}
