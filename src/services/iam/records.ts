import type { Scope } from '../../kernel/scope.ts';
import type { Records, Transaction } from '../../store/store.ts';
import { noSuchEntity } from './faults.ts';

/** A role as the store keeps it: a name to refer to, with what was said of it. */
export interface RoleRecord {
  readonly name: string;
  readonly id: string;
  readonly path: string;
  readonly arn: string;
  /** As given, not encoded. */
  readonly trustPolicy: string;
  readonly description?: string;
  /** Configured seconds. */
  readonly maxSessionDuration: number;
  readonly tags: Readonly<Record<string, string>>;
  /** ARNs of managed policies, in the order of their attachment. */
  readonly attached: readonly string[];
  /** Documents by name. */
  readonly inline: Readonly<Record<string, string>>;
  readonly createdAt: number;
}

/** IAM has no regions: its records are kept under one that no client can name. */
export const globalScope = ({ account }: Scope): Scope => ({ account, region: 'global' });

export const rolesIn = (store: Transaction): Records<RoleRecord> => store.records<RoleRecord>('iam_roles');

/** @throws NoSuchEntity */
export async function requireRole(store: Transaction, scope: Scope, name: string): Promise<RoleRecord> {
  const record = await rolesIn(store).get(globalScope(scope), name);
  if (!record) throw noSuchRole(name);
  return record;
}

/** Changes a role as one transaction. @throws NoSuchEntity, and what `change` throws */
export async function changeRole(
  store: Transaction,
  scope: Scope,
  name: string,
  change: (record: RoleRecord) => RoleRecord,
): Promise<void> {
  if (!(await rolesIn(store).change(globalScope(scope), name, change))) throw noSuchRole(name);
}

export const noSuchRole = (name: string) => noSuchEntity(`The role with name ${name} cannot be found.`);
