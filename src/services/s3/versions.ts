import type { BucketRecord, ObjectRecord, ObjectVersion, Version } from './records.ts';

/** What stands under a key after a change, and what went with it. */
export interface Changed {
  /** `undefined` when nothing is left. */
  readonly record: ObjectRecord | undefined;
  readonly dropped: readonly Version[];
}

/** Of what is put where versioning is not on; there is at most one of it under a key. */
export const NULL_VERSION = 'null';

/** Puts a version on top; one without a version's id takes the place of the last such. */
export function withVersion(key: string, record: ObjectRecord | undefined, version: Version): Changed {
  const before = record?.versions ?? [];
  const replaced = (one: Version): boolean => one.versionId === version.versionId;
  return {
    record: { key, versions: [version, ...before.filter((one) => !replaced(one))] },
    dropped: before.filter(replaced),
  };
}

export function withoutVersion(key: string, record: ObjectRecord | undefined, versionId: string): Changed {
  const before = record?.versions ?? [];
  const versions = before.filter((one) => one.versionId !== versionId);
  return {
    record: versions.length > 0 ? { key, versions } : undefined,
    dropped: before.filter((one) => one.versionId === versionId),
  };
}

/** The id of what is put now. */
export const nextVersionId = ({ versioning }: BucketRecord, makeId: () => string): string =>
  versioning === 'Enabled' ? makeId() : NULL_VERSION;

/** The object that a request without a version means; a marker on top hides those below. */
export function currentOf(record: ObjectRecord | undefined): ObjectVersion | undefined {
  const top = record?.versions[0];
  return top?.kind === 'object' ? top : undefined;
}

export const filesOf = (versions: readonly Version[]): readonly string[] =>
  versions.flatMap((version) => (version.kind === 'object' ? version.segments.map(({ file }) => file) : []));
