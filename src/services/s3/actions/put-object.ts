import type { PutObjectCommand } from '@aws-sdk/client-s3';
import type { Action } from '../../../wire/types.ts';
import { checkWriteConditions } from '../conditions.ts';
import type { S3Deps } from '../deps.ts';
import { findObject, requireBucket } from '../find-object.ts';
import { readHead, shownChecksum } from '../object-head.ts';
import { shownVersionId, storeVersion } from '../store-version.ts';
import { readTagHeader } from '../tags.ts';
import { takeIn } from '../take-in.ts';
import { currentOf, filesOf } from '../versions.ts';

/** Puts an object: its file is on the disk before its record is stored, and a record that cannot be leaves no file. */
export const putObject =
  (deps: S3Deps): Action<typeof PutObjectCommand> =>
  async (input, ctx) => {
    const { store, clock, files } = deps;
    const [head, tags] = [readHead(input), readTagHeader(input.Tagging)];
    // Told before the body comes, where it can be; what counts is asked again below.
    const { name } = await requireBucket(store, ctx, input);
    checkWriteConditions(input, input.Key ?? '', currentOf(await findObject(store, ctx, name, input.Key ?? '')));
    const { md5, checksum: value, file, size } = await takeIn(files, input);
    const checksum = value && { ...value, type: 'FULL_OBJECT' as const };
    deps.checkpoint('s3.object.written');
    const made = {
      modifiedAt: clock.now().getTime(),
      etag: md5,
      size,
      segments: [{ file, size }],
      checksum,
      head,
      tags,
    };
    const stored = await store
      .transaction((tx) => storeVersion(tx, ctx, input, made))
      .catch(async (cause: unknown) => {
        await files.remove([file]);
        throw cause;
      });
    await files.remove(filesOf(stored.dropped));
    return {
      ETag: `"${md5}"`,
      ServerSideEncryption: 'AES256',
      VersionId: shownVersionId(stored.bucket, stored.version.versionId),
      ...shownChecksum(checksum),
    };
  };
