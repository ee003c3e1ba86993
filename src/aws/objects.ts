import type { GetObjectCommandOutput, S3ServiceException } from '@aws-sdk/client-s3';
import type { Scope } from '../kernel/scope.ts';
import type { AwsClients } from './clients.ts';

export interface ObjectPlace {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string | undefined;
}

export type ObjectRead =
  | {
      readonly isRead: true;
      readonly bytes: Uint8Array;
      /** Without quotes. */
      readonly etag: string;
      /** Absent where the bucket is not versioned. */
      readonly versionId?: string | undefined;
    }
  | {
      readonly isRead: false;
      /** Of S3, such as `NoSuchKey`; `EntityTooLarge` when the object is longer than was asked for. */
      readonly code: string;
      readonly message: string;
      /** Of the answer; 0 when there was none. */
      readonly status: number;
      readonly requestId: string;
    };

/** Small objects of S3, read whole. */
export interface Objects {
  /** @param atMost - bytes */
  read(scope: Scope, place: ObjectPlace, atMost: number): Promise<ObjectRead>;
}

export const createObjects = (clients: Pick<AwsClients, 's3'>): Objects => ({
  async read(scope, { bucket, key, versionId }, atMost) {
    const { GetObjectCommand } = await import('@aws-sdk/client-s3');
    try {
      const command = new GetObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId });
      return await takeWhole(await (await clients.s3(scope)).send(command), atMost);
    } catch (cause) {
      const { name: code, message, $metadata } = cause as S3ServiceException;
      return {
        isRead: false,
        code,
        message,
        status: $metadata?.httpStatusCode ?? 0,
        requestId: $metadata?.requestId ?? '',
      };
    }
  },
});

async function takeWhole(got: GetObjectCommandOutput, atMost: number): Promise<ObjectRead> {
  const { ContentLength: length = 0, $metadata, Body: body } = got;
  if (length > atMost) {
    (body as { destroy?(): void } | undefined)?.destroy?.();
    const message = `The object has ${length} bytes, and at most ${atMost} are read`;
    return { isRead: false, code: 'EntityTooLarge', message, status: 400, requestId: $metadata.requestId ?? '' };
  }
  const bytes = (await body?.transformToByteArray()) ?? new Uint8Array();
  return { isRead: true, bytes, etag: (got.ETag ?? '').replaceAll('"', ''), versionId: got.VersionId };
}
