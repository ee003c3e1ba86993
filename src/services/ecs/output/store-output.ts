import type { OutputLine } from '../../../drivers/runtimes/runtime.ts';
import { seconds } from '../../../kernel/span.ts';
import type { EcsDeps } from '../deps.ts';
import { tasks, type TaskRecord } from '../records/task.ts';
import { outputKey, outputPositions, type OutputPosition, type TaskOutput } from '../records/task-output.ts';
import { putTogether } from './multiline.ts';

/** Someone else stored the same lines first. */
class AlreadyStored extends Error {
  override readonly name = 'AlreadyStored';
}

/** The task is ending: whoever ends it stores the rest, and forgets how far that was. */
class LeftToTheLast extends Error {
  override readonly name = 'LeftToTheLast';
}

type Deps = Pick<EcsDeps, 'store' | 'runtime' | 'append' | 'clock' | 'checkpoint'>;

/**
 * Stores all that a task's containers have printed so far. Lines and the place behind them are one transaction, so that
 * none is lost and none comes twice, whoever reads at the same time and wherever Teal dies.
 *
 * @param isLast - the task has ended: no more lines come
 */
export async function storeOutput(deps: Deps, task: TaskRecord, isLast = false): Promise<void> {
  for (const output of task.outputs ?? []) while (!(await storeSome(deps, task, output, isLast)));
}

/** Lines that nobody goes on with are an event after so long. Source: Docker, awslogs driver, batchPublishFrequency. */
const OPEN_LIMIT = seconds(5);

/** @returns whether that was all */
async function storeSome(deps: Deps, task: TaskRecord, output: TaskOutput, isLast: boolean) {
  const { store, runtime, append, clock, checkpoint } = deps;
  const { account, region } = task.spec;
  const scope = { account, region };
  const key = outputKey(task.id, output.container);
  const before = await outputPositions(store).get(scope, key);
  const from = before?.position;
  const { lines, next, isAll } = await runtime.readOutput(task.id, output.container, from);
  const now = clock.now();
  const { events, open } = eventsOf(output, lines, before?.open, { now: now.getTime(), isLast: isLast && isAll });
  if ((next === undefined || next === from) && open?.since === before?.open?.since) return true;
  checkpoint('ecs.output.read');
  const stamped = events.map(({ message, at }) => ({ message, at: at === undefined ? now : new Date(at) }));
  try {
    await append({ account, region: output.region }, output, stamped, async (tx) => {
      if (!isLast && isEnding(await tasks(tx).get(scope, task.id))) throw new LeftToTheLast();
      const current = await outputPositions(tx).get(scope, key);
      if (current?.position !== from || current?.open?.since !== before?.open?.since) throw new AlreadyStored();
      await outputPositions(tx).put(scope, key, { position: next ?? from ?? '', open });
    });
  } catch (cause) {
    if (cause instanceof LeftToTheLast) return true;
    if (!(cause instanceof AlreadyStored)) throw cause;
    return false;
  }
  checkpoint('ecs.output.stored');
  return isAll;
}

const isEnding = (task: TaskRecord | undefined): boolean =>
  task?.lastStatus === 'DEPROVISIONING' || task?.lastStatus === 'STOPPED';

/** Lines as they are stored: each for itself, or put together, the last ones left open until they are old. */
function eventsOf(
  { eventStart }: TaskOutput,
  lines: readonly OutputLine[],
  before: OutputPosition['open'],
  { now, isLast }: { readonly now: number; readonly isLast: boolean },
): { readonly events: readonly OutputLine[]; readonly open: OutputPosition['open'] } {
  if (!eventStart) return { events: lines, open: undefined };
  const { whole, open } = putTogether(lines, before, eventStart, now);
  if (!open) return { events: whole, open: undefined };
  const since = lines.length > 0 ? now : (before?.since ?? now);
  const isOver = isLast || now - since >= OPEN_LIMIT;
  return isOver ? { events: [...whole, open], open: undefined } : { events: whole, open: { ...open, since } };
}

/** Forgets how far a task was read; for a task that the runtime has forgotten. */
export async function forgetOutput({ store }: Pick<EcsDeps, 'store'>, task: TaskRecord): Promise<void> {
  const { account, region } = task.spec;
  for (const { container } of task.outputs ?? [])
    await outputPositions(store).remove({ account, region }, outputKey(task.id, container));
}
