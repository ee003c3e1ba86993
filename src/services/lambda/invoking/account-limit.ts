import type { Scope } from '../../../kernel/scope.ts';
import type { Transaction } from '../../../store/store.ts';
import { functionsIn } from '../records.ts';

/** Invocations at once in an account and region. Source: Lambda quotas, default. */
export const ACCOUNT_CONCURRENCY = 1000;
/** So many stay for functions that reserve none. Source: Lambda Developer Guide, reserved concurrency. */
export const LEAST_UNRESERVED = 100;

/** How much of the account's concurrency functions have reserved. @param but - a function that is not counted */
export async function reservedConcurrency(tx: Transaction, scope: Scope, but?: string): Promise<number> {
  const all = await functionsIn(tx).list(scope);
  return all
    .filter(({ name }) => name !== but)
    .reduce((sum, { reservedConcurrency: reserved = 0 }) => sum + reserved, 0);
}
