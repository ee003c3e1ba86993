import type { EcsDeps } from '../deps.ts';
import type { TaskRecord } from '../records/task.ts';
import { outputKey, outputPositions, type TaskOutput } from '../records/task-output.ts';

/** Someone else stored the same lines first. */
class AlreadyStored extends Error {
  override readonly name = 'AlreadyStored';
}

type Deps = Pick<EcsDeps, 'store' | 'runtime' | 'append' | 'clock' | 'checkpoint'>;

/**
 * Stores all that a task's containers have printed so far. Lines and the place behind them are one transaction, so that
 * none is lost and none comes twice, whoever reads at the same time and wherever Teal dies.
 */
export async function storeOutput(deps: Deps, task: TaskRecord): Promise<void> {
  for (const output of task.outputs ?? []) while (!(await storeSome(deps, task, output)));
}

/** @returns whether that was all */
async function storeSome(deps: Deps, task: TaskRecord, output: TaskOutput) {
  const { store, runtime, append, clock, checkpoint } = deps;
  const { account, region } = task.spec;
  const scope = { account, region };
  const key = outputKey(task.id, output.container);
  const from = (await outputPositions(store).get(scope, key))?.position;
  const { lines, next, isAll } = await runtime.readOutput(task.id, output.container, from);
  if (next === undefined || next === from) return true;
  checkpoint('ecs.output.read');
  const now = clock.now();
  const stamped = lines.map(({ message, at }) => ({ message, at: at === undefined ? now : new Date(at) }));
  try {
    await append({ account, region: output.region }, output, stamped, async (tx) => {
      if ((await outputPositions(tx).get(scope, key))?.position !== from) throw new AlreadyStored();
      await outputPositions(tx).put(scope, key, { position: next });
    });
  } catch (cause) {
    if (!(cause instanceof AlreadyStored)) throw cause;
    return false;
  }
  checkpoint('ecs.output.stored');
  return isAll;
}

/** Forgets how far a task was read; for a task that the runtime has forgotten. */
export async function forgetOutput({ store }: Pick<EcsDeps, 'store'>, task: TaskRecord): Promise<void> {
  const { account, region } = task.spec;
  for (const { container } of task.outputs ?? [])
    await outputPositions(store).remove({ account, region }, outputKey(task.id, container));
}
