import type { Machine } from '../../../drivers/runtimes/runtime.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { Transaction } from '../../../store/store.ts';
import { tasks, type TaskRecord } from '../records/task.ts';
import { decidePlacement, needOf, type Holder, type Need, type Room } from './decide-placement.ts';

/** Those that have not stopped and are on the machine as on an instance, whoever's they are: it is one machine. */
export async function tasksOnMachine(tx: Transaction): Promise<TaskRecord[]> {
  const all = await tasks(tx).everywhere();
  return all
    .map(({ record }) => record)
    .filter(({ lastStatus, launchType }) => lastStatus !== 'STOPPED' && launchType === 'EC2');
}

const holdersOf = (held: readonly TaskRecord[]): Holder[] =>
  held.map(({ id, spec }) => ({ taskId: id, ports: needOf(spec).ports }));

/** How many more tasks find room on the machine; the store is read only where that depends on other tasks. */
export async function roomFor(tx: Transaction, machine: Machine, need: Need, count: number): Promise<Room> {
  const holders = need.ports.length > 0 ? holdersOf(await tasksOnMachine(tx)) : [];
  return decidePlacement(need, machine, holders, count);
}

export interface Placed {
  readonly tasks: readonly TaskRecord[];
  readonly shortage?: Room['shortage'];
}

/**
 * Records as many of these tasks, which are alike, as there is room for.
 *
 * @param tx - a transaction: what is found free is taken in it
 */
export async function placeTasks(
  tx: Transaction,
  machine: Machine,
  scope: Scope,
  fresh: readonly TaskRecord[],
): Promise<Placed> {
  const [first] = fresh;
  const isOnMachine = first?.launchType === 'EC2';
  const room = isOnMachine ? await roomFor(tx, machine, needOf(first.spec), fresh.length) : undefined;
  const placed = fresh.slice(0, room?.fits ?? fresh.length);
  for (const task of placed) await tasks(tx).insert(scope, task.id, task, { parent: task.cluster });
  return { tasks: placed, ...(room?.shortage && { shortage: room.shortage }) };
}
