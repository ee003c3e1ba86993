import type { S3Deps } from './deps.ts';
import { objects, parts } from './records.ts';
import { filesOf } from './versions.ts';

/** Removes the files that a crash left without a record, before any request is served. */
export async function sweepFiles({ store, files }: Pick<S3Deps, 'store' | 'files'>): Promise<void> {
  const named = new Set<string>();
  for (const { record } of await objects(store).everywhere())
    for (const file of filesOf(record.versions)) named.add(file);
  for (const { record } of await parts(store).everywhere()) named.add(record.file);
  await files.sweep(named);
}
