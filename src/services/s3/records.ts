import type { Scope } from '../../kernel/scope.ts';
import type { Records, Transaction } from '../../store/store.ts';

export interface BucketRecord {
  readonly name: string;
  readonly region: string;
  readonly createdAt: number;
  /** Absent until it was set once. */
  readonly versioning?: 'Enabled' | 'Suspended' | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/** A file of an object, or of a part of it; files are never changed. */
export interface Segment {
  readonly file: string;
  /** Bytes. */
  readonly size: number;
}

export interface Checksum {
  readonly algorithm: 'CRC32' | 'CRC32C' | 'CRC64NVME' | 'SHA1' | 'SHA256';
  /** Base64; of a composite one with `-` and the number of parts. */
  readonly value: string;
  readonly type: 'FULL_OBJECT' | 'COMPOSITE';
}

/** What was said of an object when it was made, and is said again with it. */
export interface ObjectHead {
  readonly contentType: string;
  readonly cacheControl?: string | undefined;
  readonly contentDisposition?: string | undefined;
  readonly contentEncoding?: string | undefined;
  readonly contentLanguage?: string | undefined;
  /** As an HTTP date. */
  readonly expires?: string | undefined;
  readonly websiteRedirectLocation?: string | undefined;
  readonly storageClass?: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface ObjectVersion {
  readonly kind: 'object';
  /** `null` where the bucket was not versioned. */
  readonly versionId: string;
  readonly modifiedAt: number;
  /** Without quotes. */
  readonly etag: string;
  readonly size: number;
  /** In order; one for each part. */
  readonly segments: readonly Segment[];
  /** Of a multipart upload: what a repeated CompleteMultipartUpload is answered by. */
  readonly uploadId?: string | undefined;
  readonly checksum?: Checksum | undefined;
  readonly head: ObjectHead;
  readonly tags: Readonly<Record<string, string>>;
}

export interface DeleteMarker {
  readonly kind: 'marker';
  readonly versionId: string;
  readonly modifiedAt: number;
}

export type Version = ObjectVersion | DeleteMarker;

/** All that is kept under one key, the newest first; never empty. */
export interface ObjectRecord {
  readonly key: string;
  readonly versions: readonly Version[];
}

export interface UploadRecord {
  readonly bucket: string;
  readonly key: string;
  readonly uploadId: string;
  readonly startedAt: number;
  readonly head: ObjectHead;
  readonly tags: Readonly<Record<string, string>>;
  readonly checksum?: Pick<Checksum, 'algorithm' | 'type'> | undefined;
}

export interface PartRecord extends Segment {
  readonly number: number;
  readonly etag: string;
  readonly modifiedAt: number;
  readonly checksum?: Pick<Checksum, 'algorithm' | 'value'> | undefined;
}

/** Buckets are the account's, whatever region their client names: they are kept under one that no client can name. */
export const globalScope = ({ account }: Scope): Scope => ({ account, region: 'global' });

export const buckets = (tx: Transaction): Records<BucketRecord> => tx.records('s3_buckets');
/** Below their bucket. */
export const objects = (tx: Transaction): Records<ObjectRecord> => tx.records('s3_objects');
/** Below their bucket. */
export const uploads = (tx: Transaction): Records<UploadRecord> => tx.records('s3_uploads');
/** Below their upload. */
export const parts = (tx: Transaction): Records<PartRecord> => tx.records('s3_parts');

/** Names of buckets hold no slash, so this is one key for one object. */
export const objectId = (bucket: string, key: string): string => `${bucket}/${key}`;
export const partId = (uploadId: string, number: number): string => `${uploadId}/${number}`;
