import type { CapacityProviderStrategyItem, ClusterConfiguration, ClusterSetting, Tag } from '@aws-sdk/client-ecs';
import type { Scope } from '../../../kernel/scope.ts';
import { DuplicateRecord, type Records, type Transaction } from '../../../store/store.ts';
import { effectiveSetting, rootOf } from './account-setting.ts';
import { nameFrom } from '../arns.ts';
import { clusterNotFound, invalidParameter } from '../faults.ts';

/** Kept under its name. */
export interface ClusterRecord {
  readonly name: string;
  readonly status: 'ACTIVE' | 'INACTIVE';
  readonly settings: readonly ClusterSetting[];
  readonly configuration?: ClusterConfiguration | undefined;
  readonly capacityProviders: readonly string[];
  readonly defaultCapacityProviderStrategy: readonly CapacityProviderStrategyItem[];
  readonly tags: readonly Tag[];
  /** When the machine was first told of as its container instance. */
  readonly instanceRegisteredAt?: number | undefined;
  /** Of its container instance. */
  readonly instanceTags?: readonly Tag[] | undefined;
}

const NAME = /^[a-zA-Z0-9\-_]{1,255}$/;

export const clusters = (tx: Transaction): Records<ClusterRecord> => tx.records('ecs_clusters');

/** What a cluster is made with where nothing is asked for: the account's settings. */
export const usualSettings = async (tx: Transaction, scope: Scope): Promise<ClusterSetting[]> => [
  { name: 'containerInsights', value: (await effectiveSetting(tx, scope, 'containerInsights', rootOf(scope))).value },
];

export const newCluster = (name: string, members: Partial<ClusterRecord> = {}): ClusterRecord => ({
  name,
  status: 'ACTIVE',
  settings: [{ name: 'containerInsights', value: 'disabled' }],
  capacityProviders: [],
  defaultCapacityProviderStrategy: [],
  tags: [],
  ...members,
});

/** Finds a cluster by name or ARN. `default` is made when it is first asked for, since users expect it to be there. */
export async function findCluster(
  tx: Transaction,
  scope: Scope,
  given = 'default',
): Promise<ClusterRecord | undefined> {
  const name = nameFrom(scope, 'cluster', given);
  if (!NAME.test(name)) throw invalidParameter(`Cluster must match ${NAME.source}, but was ${name}`);
  const found = await clusters(tx).get(scope, name);
  if (found || name !== 'default') return found;
  const made = newCluster(name, { settings: await usualSettings(tx, scope) });
  try {
    await clusters(tx).insert(scope, name, made);
    return made;
  } catch (cause) {
    // Somebody else made it meanwhile.
    if (cause instanceof DuplicateRecord) return clusters(tx).get(scope, name);
    throw cause;
  }
}

/** @throws {ClusterNotFoundException} for an unknown or inactive cluster */
export async function requireCluster(tx: Transaction, scope: Scope, given: string | undefined): Promise<ClusterRecord> {
  const found = await findCluster(tx, scope, given === '' ? undefined : given);
  if (!found) throw clusterNotFound();
  if (found.status !== 'ACTIVE') throw clusterNotFound('The referenced cluster was inactive.');
  return found;
}
