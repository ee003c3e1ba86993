import type { Scope } from '../../kernel/scope.ts';
import type { Transaction } from '../../store/store.ts';
import { functionNotFound } from './faults.ts';
import { functionArn, type FunctionName } from './function-name.ts';
import {
  aliasesIn,
  functionsIn,
  LATEST,
  qualifiedId,
  versionsIn,
  type AliasRecord,
  type FunctionRecord,
} from './records.ts';

/** What a name with or without a qualifier means. */
export interface Qualified {
  /** `$LATEST`, with what all versions share. */
  readonly latest: FunctionRecord;
  /** What runs and is shown: `$LATEST` or a version. */
  readonly record: FunctionRecord;
  readonly version: string;
  readonly alias?: AliasRecord;
  /** As given. */
  readonly qualifier?: string;
  /** With the qualifier, if one was given. */
  readonly arn: string;
}

/** Picks one version of an alias that has two: the second when the draw, from 0 to below 1, is below its weight. */
export type PickVersion = (alias: AliasRecord) => string;

export const mainVersion: PickVersion = (alias) => alias.version;

export const weighted =
  (draw: number): PickVersion =>
  ({ version, additional }) =>
    additional && draw < additional.weight ? additional.version : version;

/** @returns `undefined` when there is no such function, version or alias in the caller's account */
export async function findQualified(
  tx: Transaction,
  scope: Scope,
  name: Pick<FunctionName, 'account' | 'name' | 'qualifier'>,
  pick: PickVersion = mainVersion,
): Promise<Qualified | undefined> {
  const latest = name.account === scope.account ? await functionsIn(tx).get(scope, name.name) : undefined;
  if (!latest) return undefined;
  const { qualifier } = name;
  if (qualifier === undefined) return { latest, record: latest, version: LATEST, arn: latest.arn };
  const found = { latest, qualifier, arn: `${functionArn(scope, name.name)}:${qualifier}` };
  if (qualifier === LATEST) return { ...found, record: latest, version: LATEST };
  const alias = isVersion(qualifier) ? undefined : await aliasesIn(tx).get(scope, qualifiedId(name.name, qualifier));
  const version = alias ? pick(alias) : qualifier;
  if (version === LATEST) return { ...found, record: latest, version, ...(alias && { alias }) };
  const record = await versionsIn(tx).get(scope, qualifiedId(name.name, version));
  return record && { ...found, record, version, ...(alias && { alias }) };
}

/** @throws ResourceNotFoundException */
export async function requireQualified(
  tx: Transaction,
  scope: Scope,
  name: FunctionName,
  pick?: PickVersion,
): Promise<Qualified> {
  const found = await findQualified(tx, scope, name, pick);
  if (!found) throw functionNotFound(name.arn);
  return found;
}

export const isVersion = (qualifier: string): boolean => /^\d+$/.test(qualifier);
