import { createHash } from 'node:crypto';
import { newId } from '../../kernel/ids.ts';
import type { Scope } from '../../kernel/scope.ts';
import type { Transaction } from '../../store/store.ts';
import { qualifiedId, versionCountersIn, versionsIn, type FunctionRecord, type VersionRecord } from './records.ts';

/**
 * Publishes `$LATEST` as a version that stays as it is; when neither code nor configuration has changed since the newest
 * version, gives that one. Numbers are not used again. Source: Lambda Developer Guide, versions.
 *
 * @param tx - a transaction
 * @param description - of the version; by default the function's own
 */
export async function publishVersion(
  tx: Transaction,
  scope: Scope,
  latest: FunctionRecord,
  description: string = latest.description,
): Promise<VersionRecord> {
  const { name } = latest;
  const { newest } = (await versionCountersIn(tx).get(scope, name)) ?? { newest: 0 };
  const source = sourceOf(latest);
  const previous = await versionsIn(tx).get(scope, qualifiedId(name, String(newest)));
  if (previous?.source === source) return previous;
  const version = String(newest + 1);
  const record = versionOf(latest, { version, source, description });
  await versionsIn(tx).insert(scope, qualifiedId(name, version), record, { parent: name });
  await versionCountersIn(tx).put(scope, name, { newest: newest + 1 });
  return record;
}

/** Tags and reserved concurrency are the function's, never a version's. */
function versionOf(
  { reservedConcurrency: _, ...latest }: FunctionRecord,
  own: Pick<VersionRecord, 'version' | 'source' | 'description'>,
): VersionRecord {
  return { ...latest, ...own, tags: {}, revisionId: newId.uuid(), state: 'Pending', lastUpdate: 'Successful' };
}

/** Changes with everything that a version keeps. */
function sourceOf(latest: FunctionRecord): string {
  const { tags: _tags, reservedConcurrency: _reserved, revisionId: _revision, ...rest } = latest;
  const { lastModifiedAt: _modified, state: _state, lastUpdate: _update, ...kept } = rest;
  const text = JSON.stringify(Object.entries(kept).sort(([a], [b]) => (a < b ? -1 : 1)));
  return createHash('sha256').update(text).digest('hex');
}
