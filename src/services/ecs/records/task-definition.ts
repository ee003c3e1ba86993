import type { Tag, TaskDefinition } from '@aws-sdk/client-ecs';
import type { Scope } from '../../../kernel/scope.ts';
import type { Records, Transaction } from '../../../store/store.ts';
import { nameFrom } from '../arns.ts';
import { clientError, invalidParameter } from '../faults.ts';

/** The definition as it is shown, apart from its stamps and status. */
export type Definition = Omit<TaskDefinition, 'registeredAt' | 'deregisteredAt' | 'deleteRequestedAt' | 'status'>;

/** Kept under `family:revision`, below its family. */
export interface TaskDefinitionRecord {
  readonly family: string;
  readonly revision: number;
  readonly arn: string;
  readonly status: 'ACTIVE' | 'INACTIVE' | 'DELETE_IN_PROGRESS';
  readonly definition: Definition;
  readonly tags: readonly Tag[];
  readonly registeredAt: number;
  readonly deregisteredAt?: number;
  readonly deleteRequestedAt?: number;
}

/** Outlives its revisions, so that none is ever numbered twice. */
export interface FamilyRecord {
  readonly family: string;
  readonly lastRevision: number;
}

export const taskDefinitions = (tx: Transaction): Records<TaskDefinitionRecord> => tx.records('ecs_task_definitions');
export const families = (tx: Transaction): Records<FamilyRecord> => tx.records('ecs_families');

/** Finds `family` (its latest active revision), `family:revision` or an ARN. */
export async function findTaskDefinition(
  tx: Transaction,
  scope: Scope,
  given: string,
): Promise<TaskDefinitionRecord | undefined> {
  const name = nameFrom(scope, 'task-definition', given);
  if (name.includes(':')) return taskDefinitions(tx).get(scope, name);
  const revisions = await taskDefinitions(tx).list(scope, name);
  return revisions.filter(({ status }) => status === 'ACTIVE').at(-1);
}

/**
 * Finds a definition that new tasks may use.
 *
 * @throws {ClientException} when it is unknown or inactive
 */
export async function requireTaskDefinition(
  tx: Transaction,
  scope: Scope,
  given: string,
): Promise<TaskDefinitionRecord> {
  if (given === '') throw invalidParameter('Family should not be null or empty.');
  const found = await findTaskDefinition(tx, scope, given);
  if (!found) throw clientError('TaskDefinition not found.');
  if (found.status !== 'ACTIVE') throw clientError('TaskDefinition is inactive');
  return found;
}

export type NetworkMode = 'awsvpc' | 'bridge' | 'host' | 'none';

/** The network mode in force: bridge when none was given. */
export const networkModeOf = ({ networkMode }: Definition): NetworkMode => networkMode ?? 'bridge';
