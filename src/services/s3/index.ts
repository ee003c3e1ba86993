/**
 * Amazon S3: buckets and objects, kept as files in the data folder.
 *
 * Buckets belong to an account, not to all accounts together, and answer whatever region their client names: nothing is
 * redirected. Nothing is authorised: whoever names the account reads and writes its objects; signatures, and with them
 * the hash of a body in `x-amz-content-sha256`, are not verified.
 *
 * Not served: policies, ACLs, CORS, websites, lifecycle, replication, notifications, logging, public access blocks,
 * ownership controls and encryption as things to set (they are read as S3 answers of a new bucket); object lock; SSE-KMS
 * and SSE-C; storage classes that must be restored; SelectObjectContent, GetObjectAttributes, POST forms, directory
 * buckets, access points; the checksums SHA512, MD5 and XXHASH; a checksum of S3's own for objects that come without one.
 */
import type * as S3Sdk from '@aws-sdk/client-s3';
import { ApiError } from '../../wire/api-error.ts';
import type { Actions, Service, Violation } from '../../wire/types.ts';
import { createBucket, deleteBucket, getBucketLocation, headBucket, listBuckets } from './actions/buckets.ts';
import {
  deleteBucketTagging,
  getBucketTagging,
  getBucketVersioning,
  putBucketTagging,
  putBucketVersioning,
} from './actions/bucket-settings.ts';
import { completeMultipartUpload } from './actions/complete-multipart-upload.ts';
import { copyObject } from './actions/copy-object.ts';
import { deleteObject, deleteObjects } from './actions/delete-objects.ts';
import { getObject, headObject } from './actions/get-object.ts';
import { listObjectVersions } from './actions/list-object-versions.ts';
import { listObjects, listObjectsV2 } from './actions/list-objects.ts';
import { deleteObjectTagging, getObjectTagging, putObjectTagging } from './actions/object-tagging.ts';
import { putObject } from './actions/put-object.ts';
import { unsetSettings } from './actions/unset-settings.ts';
import { uploadPart, uploadPartCopy } from './actions/upload-part.ts';
import { abortMultipartUpload, createMultipartUpload, listMultipartUploads, listParts } from './actions/uploads.ts';
import type { S3Deps, S3Options } from './deps.ts';
import { malformedXml } from './faults.ts';
import { openObjectFiles } from './object-files.ts';
import { sweepFiles } from './sweep.ts';

/** Builds the service over a folder of its own, which is made when it is not there. */
export function s3(options: S3Options): Service {
  const deps: S3Deps = { ...options, files: openObjectFiles(options.folder) };
  return {
    name: 's3',
    actions: actions(deps),
    onInvalidInput,
    start: () => sweepFiles(deps),
    close: async () => undefined,
  };
}

/** What stands in a document is the document's fault, all else a header's or a parameter's. */
function onInvalidInput(_operation: string, [first]: readonly Violation[]): Error {
  if (!first || first.path.includes('.')) return malformedXml();
  if (first.kind === 'missing') return new ApiError('InvalidRequest', `Missing required parameter: ${first.path}`);
  return new ApiError('InvalidArgument', first.message);
}

const actions = (deps: S3Deps) =>
  ({
    ...unsetSettings(deps),
    AbortMultipartUpload: abortMultipartUpload(deps),
    CompleteMultipartUpload: completeMultipartUpload(deps),
    CopyObject: copyObject(deps),
    CreateBucket: createBucket(deps),
    CreateMultipartUpload: createMultipartUpload(deps),
    DeleteBucket: deleteBucket(deps),
    DeleteBucketTagging: deleteBucketTagging(deps),
    DeleteObject: deleteObject(deps),
    DeleteObjects: deleteObjects(deps),
    DeleteObjectTagging: deleteObjectTagging(deps),
    GetBucketLocation: getBucketLocation(deps),
    GetBucketTagging: getBucketTagging(deps),
    GetBucketVersioning: getBucketVersioning(deps),
    GetObject: getObject(deps),
    GetObjectTagging: getObjectTagging(deps),
    HeadBucket: headBucket(deps),
    HeadObject: headObject(deps),
    ListBuckets: listBuckets(deps),
    ListMultipartUploads: listMultipartUploads(deps),
    ListObjects: listObjects(deps),
    ListObjectsV2: listObjectsV2(deps),
    ListObjectVersions: listObjectVersions(deps),
    ListParts: listParts(deps),
    PutBucketTagging: putBucketTagging(deps),
    PutBucketVersioning: putBucketVersioning(deps),
    PutObject: putObject(deps),
    PutObjectTagging: putObjectTagging(deps),
    UploadPart: uploadPart(deps),
    UploadPartCopy: uploadPartCopy(deps),
  }) satisfies Actions<typeof S3Sdk>;
