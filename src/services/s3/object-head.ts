import { ApiError } from '../../wire/api-error.ts';
import { notImplemented } from './faults.ts';
import type { ObjectHead, ObjectVersion } from './records.ts';

/** What requests that make an object may say of it, and what Teal does not serve of that. */
export interface HeadInput {
  readonly ACL?: string | undefined;
  readonly CacheControl?: string | undefined;
  readonly ContentDisposition?: string | undefined;
  readonly ContentEncoding?: string | undefined;
  readonly ContentLanguage?: string | undefined;
  readonly ContentType?: string | undefined;
  readonly Expires?: Date | undefined;
  readonly Metadata?: Record<string, string> | undefined;
  readonly ServerSideEncryption?: string | undefined;
  readonly StorageClass?: string | undefined;
  readonly WebsiteRedirectLocation?: string | undefined;
}

const UNSERVED = [
  'SSECustomerAlgorithm',
  'SSECustomerKey',
  'CopySourceSSECustomerAlgorithm',
  'SSEKMSKeyId',
  'SSEKMSEncryptionContext',
  'ObjectLockMode',
  'ObjectLockRetainUntilDate',
  'ObjectLockLegalHoldStatus',
  'WriteOffsetBytes',
  'GrantFullControl',
  'GrantRead',
  'GrantReadACP',
  'GrantWrite',
  'GrantWriteACP',
  'ObjectLockEnabledForBucket',
  'ChecksumSHA512',
  'ChecksumMD5',
  'ChecksumXXHASH64',
  'ChecksumXXHASH3',
  'ChecksumXXHASH128',
  'MFA',
];

/** Of storage classes these can be read at once, as all objects here can. */
const CLASSES = ['STANDARD', 'REDUCED_REDUNDANCY', 'STANDARD_IA', 'ONEZONE_IA', 'INTELLIGENT_TIERING', 'GLACIER_IR'];
const MOST_METADATA_BYTES = 2048;

/** @throws `NotImplemented` for what would be left undone, `AccessControlListNotSupported` */
export function refuseUnserved(input: object): void {
  const given = input as Readonly<Record<string, unknown>>;
  const unserved = UNSERVED.find((name) => given[name] !== undefined && given[name] !== false);
  if (unserved !== undefined) throw notImplemented(unserved);
  const { ACL: acl, ServerSideEncryption: encryption, StorageClass: storageClass } = input as HeadInput;
  if (acl !== undefined && acl !== 'private' && acl !== 'bucket-owner-full-control')
    throw new ApiError('AccessControlListNotSupported', 'The bucket does not allow ACLs');
  if (encryption !== undefined && encryption !== 'AES256') throw notImplemented(`ServerSideEncryption ${encryption}`);
  if (storageClass !== undefined && !CLASSES.includes(storageClass))
    throw notImplemented(`StorageClass ${storageClass}`);
}

/** @throws `MetadataTooLarge`, and as `refuseUnserved` */
export function readHead(input: HeadInput): ObjectHead {
  refuseUnserved(input);
  const metadata = Object.fromEntries(
    Object.entries(input.Metadata ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const size = Buffer.byteLength(Object.entries(metadata).flat().join(''));
  if (size > MOST_METADATA_BYTES)
    throw new ApiError('MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size', 400, {
      details: { Size: String(size), MaxSizeAllowed: String(MOST_METADATA_BYTES) },
    });
  return {
    contentType: input.ContentType || 'binary/octet-stream',
    cacheControl: input.CacheControl,
    contentDisposition: input.ContentDisposition,
    contentEncoding: input.ContentEncoding,
    contentLanguage: input.ContentLanguage,
    expires: input.Expires?.toUTCString(),
    websiteRedirectLocation: input.WebsiteRedirectLocation,
    storageClass: input.StorageClass === 'STANDARD' ? undefined : input.StorageClass,
    metadata,
  };
}

/** An object's own headers, as reading it shows them. */
export const shownHead = ({ head, etag, modifiedAt, versionId, tags }: ObjectVersion) => ({
  AcceptRanges: 'bytes',
  ETag: `"${etag}"`,
  LastModified: new Date(modifiedAt),
  ContentType: head.contentType,
  CacheControl: head.cacheControl,
  ContentDisposition: head.contentDisposition,
  ContentEncoding: head.contentEncoding,
  ContentLanguage: head.contentLanguage,
  Expires: head.expires === undefined ? undefined : new Date(head.expires),
  WebsiteRedirectLocation: head.websiteRedirectLocation,
  StorageClass: head.storageClass as 'STANDARD_IA' | undefined,
  ServerSideEncryption: 'AES256' as const,
  Metadata: { ...head.metadata },
  VersionId: versionId as string | undefined,
  TagCount: Object.keys(tags).length || undefined,
});

/** A version's checksum as members of an output. */
export function shownChecksum(checksum: ObjectVersion['checksum']) {
  return checksum ? { [`Checksum${checksum.algorithm}`]: checksum.value, ChecksumType: checksum.type } : {};
}
