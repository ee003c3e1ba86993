import type { Scope } from '../../../kernel/scope.ts';
import type { Store, Transaction } from '../../../store/store.ts';
import { services } from '../records/service.ts';
import { taskDefinitions } from '../records/task-definition.ts';
import { taskSets } from '../records/task-set.ts';
import { tasks } from '../records/task.ts';

/**
 * Removes the deleted definitions that nothing refers to any more. Done before definitions are looked at, so that no
 * client sees the difference to doing it the moment the last reference ends.
 *
 * Source: spec, DeleteTaskDefinitions.
 */
export async function forgetDeleted(store: Store, scope: Scope, family?: string): Promise<void> {
  const isDeleted = async (tx: Transaction) =>
    (await taskDefinitions(tx).list(scope, family)).filter(({ status }) => status === 'DELETE_IN_PROGRESS');
  if ((await isDeleted(store)).length === 0) return;
  await store.transaction(async (tx) => {
    const used = await referred(tx, scope);
    for (const { arn, family, revision } of await isDeleted(tx))
      if (!used.has(arn)) await taskDefinitions(tx).remove(scope, `${family}:${revision}`);
  });
}

async function referred(tx: Transaction, scope: Scope): Promise<ReadonlySet<string>> {
  const active = (await services(tx).list(scope)).filter(({ status }) => status !== 'INACTIVE');
  const live = (await tasks(tx).list(scope)).filter(({ lastStatus }) => lastStatus !== 'STOPPED');
  const sets = await taskSets(tx).list(scope);
  return new Set([...active, ...sets, ...live].map(({ taskDefinition }) => taskDefinition));
}
