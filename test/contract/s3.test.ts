import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketAclCommand,
  GetBucketEncryptionCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  ListPartsCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestTeal, type TestTeal } from '../support/teal.ts';

let teal: TestTeal;
let s3: S3Client;
let made = 0;

beforeAll(async () => {
  teal = await startTestTeal();
  s3 = teal.s3;
});
afterAll(() => teal.close());

async function bucket(...keys: string[]): Promise<string> {
  const Bucket = `bucket-${(made += 1)}`;
  await s3.send(new CreateBucketCommand({ Bucket }));
  for (const Key of keys) await s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
  return Bucket;
}

const put = (Bucket: string, Key: string, more: Omit<PutObjectCommandInput, 'Bucket' | 'Key'> = {}) =>
  s3.send(new PutObjectCommand({ Bucket, Key, ...more }));

async function read(Bucket: string, Key: string, more: object = {}) {
  const got = await s3.send(new GetObjectCommand({ Bucket, Key, ...more }));
  return { ...got, text: (await got.Body?.transformToString()) ?? '' };
}

const md5 = (text: string | Buffer): string => createHash('md5').update(text).digest('hex');

/** How many files the data folder holds. */
async function files(): Promise<number> {
  const all = await readdir(join(teal.data, 'objects'), { recursive: true, withFileTypes: true });
  return all.filter((entry) => entry.isFile()).length;
}

it('gives back what was put, and what was said of it', async () => {
  const Bucket = await bucket();
  const put = await s3.send(
    new PutObjectCommand({
      Bucket,
      Key: 'a folder/ö+?&.txt',
      Body: 'hello',
      ContentType: 'text/plain',
      CacheControl: 'no-cache',
      Expires: new Date('2030-01-01T00:00:00Z'),
      Metadata: { Owner: 'me' },
      Tagging: 'a=b&c=d%20e',
    }),
  );
  const got = await read(Bucket, 'a folder/ö+?&.txt');

  expect(put.ETag).toBe(`"${md5('hello')}"`);
  expect(got).toMatchObject({
    text: 'hello',
    ETag: put.ETag,
    ContentLength: 5,
    ContentType: 'text/plain',
    CacheControl: 'no-cache',
    ExpiresString: 'Tue, 01 Jan 2030 00:00:00 GMT',
    Metadata: { owner: 'me' },
    TagCount: 2,
    AcceptRanges: 'bytes',
    ServerSideEncryption: 'AES256',
  });
  expect(got.VersionId).toBeUndefined();
  const tags = await s3.send(new GetObjectTaggingCommand({ Bucket, Key: 'a folder/ö+?&.txt' }));
  expect(tags.TagSet).toContainEqual({ Key: 'c', Value: 'd e' });
  const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'a folder/ö+?&.txt' }));
  expect(head).toMatchObject({ ContentLength: 5, ETag: put.ETag, ContentType: 'text/plain' });
});

it('keeps empty objects, and calls bytes without a type what S3 calls them', async () => {
  const Bucket = await bucket();
  await put(Bucket, 'empty', { Body: '' });

  expect(await read(Bucket, 'empty')).toMatchObject({ text: '', ContentLength: 0 });
});

it('knows buckets by their names and regions', async () => {
  const Bucket = `far-${(made += 1)}`;
  const far = new S3Client({
    endpoint: teal.url,
    region: 'eu-west-1',
    maxAttempts: 1,
    credentials: { accessKeyId: teal.account, secretAccessKey: 'secret' },
  });
  const create = () =>
    far.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }));
  await create();

  await expect(create()).rejects.toMatchObject({
    name: 'BucketAlreadyOwnedByYou',
    message: 'Your previous request to create the named bucket succeeded and you already own it.',
  });
  expect((await s3.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint).toBe('eu-west-1');
  expect((await s3.send(new HeadBucketCommand({ Bucket }))).BucketRegion).toBe('eu-west-1');
  expect((await s3.send(new ListBucketsCommand({ Prefix: Bucket }))).Buckets).toMatchObject([{ Name: Bucket }]);
  await far.send(new DeleteBucketCommand({ Bucket }));
  await expect(s3.send(new HeadBucketCommand({ Bucket }))).rejects.toMatchObject({ name: 'NotFound' });
  far.destroy();
});

it('creates a bucket of us-east-1 again without complaint', async () => {
  const Bucket = await bucket();

  await expect(s3.send(new CreateBucketCommand({ Bucket }))).resolves.toMatchObject({ Location: `/${Bucket}` });
  expect((await s3.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint).toBeUndefined();
});

it('answers mistakes in the words of S3', async () => {
  const Bucket = await bucket('key');
  const fails = async (work: Promise<unknown>, name: string, message: string, more = {}) =>
    expect(work).rejects.toMatchObject({ name, message, ...more });

  await fails(read('no-such-bucket', 'key'), 'NoSuchBucket', 'The specified bucket does not exist');
  await fails(read(Bucket, 'other'), 'NoSuchKey', 'The specified key does not exist.', { Key: 'other' });
  await fails(
    s3.send(new CreateBucketCommand({ Bucket: 'UPPER' })),
    'InvalidBucketName',
    'The specified bucket is not valid.',
  );
  await fails(put(Bucket, 'x'.repeat(1025), { Body: '' }), 'KeyTooLongError', 'Your key is too long');
  await fails(
    s3.send(new DeleteBucketCommand({ Bucket })),
    'BucketNotEmpty',
    'The bucket you tried to delete is not empty',
  );
  await fails(read(Bucket, 'key', { Range: 'bytes=9-' }), 'InvalidRange', 'The requested range is not satisfiable');
  await fails(read(Bucket, 'key', { VersionId: 'x' }), 'InvalidArgument', 'Invalid version id specified');
  await fails(
    read(Bucket, 'key', { VersionId: 'x'.repeat(32) }),
    'NoSuchVersion',
    'The specified version does not exist.',
  );
  await fails(
    put(Bucket, 'k', { Body: 'a', ContentMD5: Buffer.from(md5('b'), 'hex').toString('base64') }),
    'BadDigest',
    'The Content-MD5 you specified did not match what we received.',
  );
  await fails(
    s3.send(
      new CreateBucketCommand({ Bucket: 'somewhere', CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }),
    ),
    'IllegalLocationConstraintException',
    'The eu-west-1 location constraint is incompatible for the region specific endpoint this request was sent to.',
  );
  await fails(
    s3.send(new PutBucketPolicyCommand({ Bucket, Policy: '{}' })),
    'NotImplemented',
    'Teal does not serve s3:PutBucketPolicy yet.',
  );
  await fails(
    s3.send(new GetBucketPolicyCommand({ Bucket })),
    'NoSuchBucketPolicy',
    'The bucket policy does not exist',
  );
  await fails(s3.send(new GetBucketTaggingCommand({ Bucket })), 'NoSuchTagSet', 'The TagSet does not exist');
  await fails(read(Bucket, 'key', { ExpectedBucketOwner: '999999999999' }), 'AccessDenied', 'Access Denied');
});

it('gives ranges, and holds readers and writers to their conditions', async () => {
  const Bucket = await bucket();
  const { ETag } = await put(Bucket, 'key', { Body: '0123456789' });

  expect(await read(Bucket, 'key', { Range: 'bytes=2-4' })).toMatchObject({
    text: '234',
    ContentRange: 'bytes 2-4/10',
  });
  expect(await read(Bucket, 'key', { Range: 'bytes=-2' })).toMatchObject({ text: '89', ContentLength: 2 });
  expect(await read(Bucket, 'key', { IfMatch: ETag })).toMatchObject({ text: '0123456789' });
  await expect(read(Bucket, 'key', { IfMatch: '"other"' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
  await expect(read(Bucket, 'key', { IfNoneMatch: ETag })).rejects.toMatchObject({
    $metadata: { httpStatusCode: 304 },
  });
  await expect(put(Bucket, 'key', { Body: 'x', IfNoneMatch: '*' })).rejects.toMatchObject({
    name: 'PreconditionFailed',
  });
  await expect(put(Bucket, 'key', { Body: 'x', IfMatch: '"other"' })).rejects.toMatchObject({
    name: 'PreconditionFailed',
  });
  await put(Bucket, 'key', { Body: 'y', IfMatch: ETag });
  expect((await read(Bucket, 'key')).text).toBe('y');
});

it('lists keys by prefix and delimiter, a page at a time', async () => {
  const Bucket = await bucket('a/1', 'a/2', 'b c', 'd/1/x', 'e');
  const first = await s3.send(new ListObjectsV2Command({ Bucket, Delimiter: '/', MaxKeys: 2 }));
  const second = await s3.send(
    new ListObjectsV2Command({ Bucket, Delimiter: '/', ContinuationToken: first.NextContinuationToken }),
  );

  expect(first).toMatchObject({ IsTruncated: true, KeyCount: 2, CommonPrefixes: [{ Prefix: 'a/' }] });
  expect(first.Contents).toMatchObject([{ Key: 'b c', Size: 3, ETag: `"${md5('b c')}"`, StorageClass: 'STANDARD' }]);
  expect(second).toMatchObject({ IsTruncated: false, CommonPrefixes: [{ Prefix: 'd/' }], Contents: [{ Key: 'e' }] });
  const encoded = await s3.send(new ListObjectsCommand({ Bucket, Prefix: 'b ', EncodingType: 'url' }));
  expect(encoded).toMatchObject({ Prefix: 'b%20', Contents: [{ Key: 'b%20c', Owner: { ID: teal.account } }] });
  const marked = await s3.send(new ListObjectsCommand({ Bucket, Marker: 'd/1/x' }));
  expect(marked.Contents?.map(({ Key }) => Key)).toEqual(['e']);
});

it('copies objects with their metadata, or with other', async () => {
  const Bucket = await bucket();
  await put(Bucket, 'from +', { Body: 'text', Metadata: { a: '1' }, ContentType: 'text/x', Tagging: 't=1' });
  const CopySource = `/${Bucket}/${encodeURIComponent('from +')}`;
  await s3.send(new CopyObjectCommand({ Bucket, Key: 'same', CopySource }));
  await s3.send(
    new CopyObjectCommand({ Bucket, Key: 'other', CopySource, MetadataDirective: 'REPLACE', Metadata: { b: '2' } }),
  );

  expect(await read(Bucket, 'same')).toMatchObject({
    text: 'text',
    Metadata: { a: '1' },
    ContentType: 'text/x',
    TagCount: 1,
  });
  expect(await read(Bucket, 'other')).toMatchObject({ text: 'text', Metadata: { b: '2' } });
  const itself = s3.send(new CopyObjectCommand({ Bucket, Key: 'same', CopySource: `${Bucket}/same` }));
  await expect(itself).rejects.toMatchObject({ name: 'InvalidRequest' });
  const nothing = s3.send(new CopyObjectCommand({ Bucket, Key: 'x', CopySource: `${Bucket}/none` }));
  await expect(nothing).rejects.toMatchObject({ name: 'NoSuchKey' });
});

it('deletes keys, and many at once, with their files', async () => {
  const before = await files();
  const Bucket = await bucket('a', 'b', 'c');
  await put(Bucket, 'a', { Body: 'again' });
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'never was' }));
  const both = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'b' }, { Key: 'c' }] } }));

  expect(both.Deleted).toEqual([{ Key: 'b' }, { Key: 'c' }]);
  expect((await s3.send(new ListObjectsV2Command({ Bucket }))).KeyCount).toBe(0);
  expect(await files()).toBe(before);
  await s3.send(new DeleteBucketCommand({ Bucket }));
});

it('keeps versions, and hides them behind a delete marker', async () => {
  const Bucket = await bucket('key');
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  const { VersionId: second } = await put(Bucket, 'key', { Body: 'second' });
  const { VersionId: marker, DeleteMarker } = await s3.send(new DeleteObjectCommand({ Bucket, Key: 'key' }));

  expect(DeleteMarker).toBe(true);
  await expect(read(Bucket, 'key')).rejects.toMatchObject({ name: 'NoSuchKey' });
  await expect(read(Bucket, 'key', { VersionId: marker })).rejects.toMatchObject({ name: 'MethodNotAllowed' });
  expect(await read(Bucket, 'key', { VersionId: second })).toMatchObject({ text: 'second', VersionId: second });
  expect(await read(Bucket, 'key', { VersionId: 'null' })).toMatchObject({ text: 'key', VersionId: 'null' });
  const listed = await s3.send(new ListObjectVersionsCommand({ Bucket }));
  expect(listed.Versions?.map(({ VersionId, IsLatest }) => [VersionId, IsLatest])).toEqual([
    [second, false],
    ['null', false],
  ]);
  expect(listed.DeleteMarkers).toMatchObject([{ VersionId: marker, IsLatest: true }]);
  const page = await s3.send(new ListObjectVersionsCommand({ Bucket, MaxKeys: 2 }));
  expect(page).toMatchObject({ IsTruncated: true, NextKeyMarker: 'key', NextVersionIdMarker: second });
  const rest = await s3.send(
    new ListObjectVersionsCommand({ Bucket, KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }),
  );
  expect(rest).toMatchObject({ IsTruncated: false, Versions: [{ VersionId: 'null' }] });
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'key', VersionId: marker }));
  expect((await read(Bucket, 'key')).text).toBe('second');
});

it.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)(
  'verifies a %s and gives it back',
  async (ChecksumAlgorithm) => {
    const Bucket = await bucket();
    const put = await s3.send(new PutObjectCommand({ Bucket, Key: 'key', Body: 'checked', ChecksumAlgorithm }));
    const name = `Checksum${ChecksumAlgorithm}` as const;
    const got = await read(Bucket, 'key', { ChecksumMode: 'ENABLED' });

    expect(put[name]).toBeTruthy();
    expect(got).toMatchObject({ text: 'checked', [name]: put[name], ChecksumType: 'FULL_OBJECT' });
    const other = s3.send(new PutObjectCommand({ Bucket, Key: 'key', Body: 'changed', [name]: put[name] }));
    await expect(other).rejects.toMatchObject({ name: 'BadDigest' });
    expect((await read(Bucket, 'key')).text).toBe('checked');
  },
);

it('takes a stream in frames, with its checksum behind it', async () => {
  const Bucket = await bucket();
  const parts = Array.from({ length: 40 }, (_, index) => Buffer.alloc(10_000, index));
  const { Readable } = await import('node:stream');
  await put(Bucket, 'stream', { Body: Readable.from(parts), ContentLength: 400_000, ChecksumAlgorithm: 'SHA256' });

  const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'stream' }));
  expect(md5(Buffer.from((await got.Body?.transformToByteArray()) ?? []))).toBe(md5(Buffer.concat(parts)));
  expect(got.ContentEncoding).toBeUndefined();
});

const FIVE = 5 * 1024 * 1024;

it('makes an object of parts, and answers again when its answer was lost', async () => {
  const Bucket = await bucket();
  const before = await files();
  const place = { Bucket, Key: 'big' };
  const { UploadId } = await s3.send(
    new CreateMultipartUploadCommand({ ...place, ContentType: 'text/big', ChecksumAlgorithm: 'CRC32' }),
  );
  const [one, two] = [Buffer.alloc(FIVE, 'a'), Buffer.from('end')];
  const part = (PartNumber: number, Body: Buffer) =>
    s3.send(new UploadPartCommand({ ...place, UploadId, PartNumber, Body, ChecksumAlgorithm: 'CRC32' }));
  const sent = [await part(1, one), await part(2, Buffer.from('replaced')), await part(2, two), await part(3, two)];
  const Parts = [sent[0], sent[2]].map((done, index) => ({
    PartNumber: index + 1,
    ETag: done?.ETag,
    ChecksumCRC32: done?.ChecksumCRC32,
  }));
  const listed = await s3.send(new ListPartsCommand({ ...place, UploadId, MaxParts: 2 }));
  const complete = () =>
    s3.send(new CompleteMultipartUploadCommand({ ...place, UploadId, MultipartUpload: { Parts } }));
  const done = await complete();

  expect(listed).toMatchObject({ IsTruncated: true, Parts: [{ Size: FIVE }, { Size: 3 }] });
  const digests = Buffer.concat([one, two].map((body) => createHash('md5').update(body).digest()));
  expect(done).toMatchObject({ ETag: `"${md5(digests)}-2"`, ChecksumType: 'COMPOSITE' });
  expect(done.ChecksumCRC32).toMatch(/-2$/);
  expect(await complete()).toMatchObject({ ETag: done.ETag });
  expect(await read(Bucket, 'big', { Range: `bytes=${FIVE - 1}-` })).toMatchObject({
    text: 'aend',
    ContentType: 'text/big',
  });
  expect(await read(Bucket, 'big', { PartNumber: 2 })).toMatchObject({ text: 'end', PartsCount: 2 });
  expect(await files()).toBe(before + 2);
  expect((await s3.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads ?? []).toEqual([]);
});

it('refuses parts that are not there, out of order or too small, and forgets what is given up', async () => {
  const Bucket = await bucket('source');
  const before = await files();
  const place = { Bucket, Key: 'big' };
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand(place));
  const { ETag } = await s3.send(new UploadPartCommand({ ...place, UploadId, PartNumber: 1, Body: 'small' }));
  const copied = await s3.send(
    new UploadPartCopyCommand({
      ...place,
      UploadId,
      PartNumber: 2,
      CopySource: `${Bucket}/source`,
      CopySourceRange: 'bytes=0-2',
    }),
  );
  const complete = (...Parts: { PartNumber: number; ETag: string | undefined }[]) =>
    s3.send(new CompleteMultipartUploadCommand({ ...place, UploadId, MultipartUpload: { Parts } }));
  const [first, second] = [
    { PartNumber: 1, ETag },
    { PartNumber: 2, ETag: copied.CopyPartResult?.ETag },
  ];

  expect(copied.CopyPartResult?.ETag).toBe(`"${md5('sou')}"`);
  await expect(complete(first, second)).rejects.toMatchObject({ name: 'EntityTooSmall' });
  await expect(complete(second, first)).rejects.toMatchObject({ name: 'InvalidPartOrder' });
  await expect(complete({ PartNumber: 3, ETag })).rejects.toMatchObject({ name: 'InvalidPart' });
  await expect(complete()).rejects.toMatchObject({ name: 'MalformedXML' });
  await s3.send(new AbortMultipartUploadCommand({ ...place, UploadId }));
  await expect(complete(first)).rejects.toMatchObject({ name: 'NoSuchUpload' });
  expect(await files()).toBe(before);
});

it('lists unfinished uploads by prefix and delimiter, a page at a time', async () => {
  const Bucket = await bucket();
  for (const Key of ['a/1', 'a/2', 'b', 'b']) await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
  const page = (more: object) =>
    s3.send(new ListMultipartUploadsCommand({ Bucket, Delimiter: '/', MaxUploads: 1, ...more }));
  const seen: (string | undefined)[] = [];
  let next: object | undefined = {};
  while (next && seen.length < 10) {
    const found = await page(next);
    seen.push(
      ...(found.CommonPrefixes ?? []).map(({ Prefix }) => Prefix),
      ...(found.Uploads ?? []).map(({ Key }) => Key),
    );
    const marker = { KeyMarker: found.NextKeyMarker, UploadIdMarker: found.NextUploadIdMarker };
    next = found.IsTruncated ? marker : undefined;
  }

  expect(seen).toEqual(['a/', 'b', 'b']);
});

it('reads of a new bucket what Terraform asks for', async () => {
  const Bucket = await bucket();
  await s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: [{ Key: 'team', Value: 'a' }] } }));

  expect((await s3.send(new GetBucketTaggingCommand({ Bucket }))).TagSet).toEqual([{ Key: 'team', Value: 'a' }]);
  expect(await s3.send(new GetBucketAclCommand({ Bucket }))).toMatchObject({
    Owner: { ID: teal.account },
    Grants: [{ Grantee: { Type: 'CanonicalUser' }, Permission: 'FULL_CONTROL' }],
  });
  expect(await s3.send(new GetBucketEncryptionCommand({ Bucket }))).toMatchObject({
    ServerSideEncryptionConfiguration: {
      Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
    },
  });
});

it('shows an account nothing of another', async () => {
  const Bucket = await bucket('mine');
  const other = new S3Client({
    endpoint: teal.url,
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: { accessKeyId: '999999999999', secretAccessKey: 'secret' },
  });

  await expect(other.send(new GetObjectCommand({ Bucket, Key: 'mine' }))).rejects.toMatchObject({
    name: 'NoSuchBucket',
  });
  other.destroy();
});
