import { expect, it } from 'vitest';
import type { Runtime } from '../../../drivers/runtimes/runtime.ts';
import { noCheckpoint } from '../../../kernel/checkpoint.ts';
import { systemClock } from '../../../kernel/clock.ts';
import { openStore } from '../../../store/open-store.ts';
import { tasks, type TaskRecord } from '../records/task.ts';
import { forgetOutput, storeOutput } from './store-output.ts';

const scope = { account: '123456789012', region: 'eu-west-1' };
const TASK = {
  ...{ id: 'one', lastStatus: 'RUNNING', spec: { ...scope } },
  outputs: [{ container: 'web', region: scope.region, group: '/app', stream: 'web', mayCreateGroup: true }],
} as unknown as TaskRecord;

it('stores lines once when a task ends, and is forgotten, while they are read for the first time', async () => {
  const store = await openStore(':memory:');
  await tasks(store).put(scope, TASK.id, TASK);
  const stored: string[] = [];
  let whileRead = async (): Promise<void> => undefined;
  const runtime: Pick<Runtime, 'readOutput'> = {
    async readOutput() {
      const meanwhile = whileRead;
      whileRead = async () => undefined;
      await meanwhile();
      return { lines: [{ message: 'a' }], next: 'end', isAll: true };
    },
  };
  const deps = {
    ...{ store, clock: systemClock(), checkpoint: noCheckpoint, runtime: runtime as Runtime },
    append: (...[, , lines, also]: Parameters<Parameters<typeof storeOutput>[0]['append']>) =>
      store.transaction(async (tx) => {
        await also?.(tx);
        stored.push(...lines.map(({ message }) => message));
      }),
  };
  whileRead = async () => {
    await tasks(store).put(scope, TASK.id, { ...TASK, lastStatus: 'DEPROVISIONING' });
    await storeOutput(deps, TASK, true);
    await forgetOutput(deps, TASK);
  };

  await storeOutput(deps, TASK);

  expect(stored).toEqual(['a']);
  await store.close();
});
