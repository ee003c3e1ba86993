import { ApiError } from '../../wire/api-error.ts';
import { noSuchKey, notImplemented, preconditionFailed } from './faults.ts';
import type { ObjectVersion } from './records.ts';

export interface ReadConditions {
  readonly IfMatch?: string | undefined;
  readonly IfNoneMatch?: string | undefined;
  readonly IfModifiedSince?: Date | undefined;
  readonly IfUnmodifiedSince?: Date | undefined;
}

const bare = (etag: string): string => etag.trim().replace(/^W\//, '').replace(/^"|"$/g, '');
const names = (list: string, etag: string): boolean =>
  list.split(',').some((one) => one.trim() === '*' || bare(one) === etag);

/** HTTP dates have whole seconds. */
const secondsOf = (millis: number): number => Math.floor(millis / 1000);

/**
 * What a reader wants to hold of an object.
 *
 * @throws `PreconditionFailed`, `NotModified` (304). Source: RFC 9110, precedence of preconditions, which S3 follows
 */
export function checkReadConditions(conditions: ReadConditions, version: ObjectVersion): void {
  const { IfMatch, IfNoneMatch, IfModifiedSince, IfUnmodifiedSince } = conditions;
  const modified = secondsOf(version.modifiedAt);
  if (IfMatch !== undefined) {
    if (!names(IfMatch, version.etag)) throw preconditionFailed('If-Match');
  } else if (IfUnmodifiedSince && modified > secondsOf(IfUnmodifiedSince.getTime())) {
    throw preconditionFailed('If-Unmodified-Since');
  }
  if (IfNoneMatch !== undefined) {
    if (names(IfNoneMatch, version.etag)) throw notModified(version);
  } else if (IfModifiedSince && modified <= secondsOf(IfModifiedSince.getTime())) {
    throw notModified(version);
  }
}

const notModified = ({ etag, modifiedAt }: ObjectVersion): ApiError =>
  new ApiError('NotModified', 'Not Modified', 304, {
    headers: { etag: `"${etag}"`, 'last-modified': new Date(modifiedAt).toUTCString() },
  });

/**
 * What a writer wants to hold of what is under a key.
 *
 * @throws `PreconditionFailed`, `NoSuchKey`, `NotImplemented`. Source: S3 User Guide, conditional requests
 */
export function checkWriteConditions(
  { IfMatch, IfNoneMatch }: Pick<ReadConditions, 'IfMatch' | 'IfNoneMatch'>,
  key: string,
  current: ObjectVersion | undefined,
): void {
  if (IfNoneMatch !== undefined) {
    if (IfNoneMatch.trim() !== '*') throw notImplemented('If-None-Match other than * on writes');
    if (current) throw preconditionFailed('If-None-Match');
  }
  if (IfMatch === undefined) return;
  if (!current) throw noSuchKey(key);
  if (!names(IfMatch, current.etag)) throw preconditionFailed('If-Match');
}

/** The same of the source of a copy, where nothing is ever "not modified". @throws `PreconditionFailed` */
export function checkCopyConditions(conditions: ReadConditions, version: ObjectVersion): void {
  try {
    checkReadConditions(conditions, version);
  } catch (cause) {
    throw cause instanceof ApiError && cause.status === 304
      ? preconditionFailed('x-amz-copy-source-If-None-Match')
      : cause;
  }
}
