import type { Bell } from '../../kernel/bell.ts';
import { newId } from '../../kernel/ids.ts';
import { millis, minutes, type Millis } from '../../kernel/span.ts';
import type { Records } from '../../store/store.ts';
import type { LambdaTools } from './deps.ts';
import { functionsIn, versionsIn, type FunctionRecord } from './records.ts';

/** Nothing depends on it: a wish that nobody rang for is found then. */
const LONGEST_WAIT = minutes(1);
const AFTER_TROUBLE = millis(1000);

/** Completes what is created, published and updated. */
export interface LambdaLoop {
  close(): Promise<void>;
}

export function startLambdaLoop(tools: LambdaTools, bell: Bell): LambdaLoop {
  const closing = new AbortController();
  const run = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      let wait: Millis = AFTER_TROUBLE;
      try {
        await complete(functionsIn(tools.store));
        await complete(versionsIn(tools.store));
        wait = LONGEST_WAIT;
      } catch (cause) {
        tools.logger.error('functions could not be made active', { cause });
      }
      await bell.wait(wait, closing.signal);
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

/** The code is on disk before its record is, so an update needs no more than to be called done. */
async function complete<R extends FunctionRecord>(records: Records<R>): Promise<void> {
  for (const { scope, id, record } of await records.everywhere()) {
    if (record.state === 'Active' && record.lastUpdate === 'Successful') continue;
    await records.change(scope, id, (current) => ({
      ...current,
      state: 'Active',
      lastUpdate: 'Successful',
      revisionId: newId.uuid(),
    }));
  }
}
