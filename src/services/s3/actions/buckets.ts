import type {
  CreateBucketCommand,
  DeleteBucketCommand,
  GetBucketLocationCommand,
  HeadBucketCommand,
  ListBucketsCommand,
} from '@aws-sdk/client-s3';
import { ApiError } from '../../../wire/api-error.ts';
import type { Action, CallContext } from '../../../wire/types.ts';
import type { S3Deps } from '../deps.ts';
import { invalidArgument } from '../faults.ts';
import { requireBucket } from '../find-object.ts';
import { checkBucketName } from '../names.ts';
import { refuseUnserved } from '../object-head.ts';
import { buckets, globalScope, objects, parts, uploads, type BucketRecord } from '../records.ts';
import { readTags } from '../tags.ts';

const DEFAULT_REGION = 'us-east-1';

export const createBucket =
  ({ store, clock }: S3Deps): Action<typeof CreateBucketCommand> =>
  async (input, ctx) => {
    const { Bucket: name = '', CreateBucketConfiguration: configuration } = input;
    checkBucketName(name);
    refuseUnserved(input);
    checkLocation(configuration?.LocationConstraint, ctx.region);
    const tags = readTags(configuration?.Tags ?? [], 'bucket');
    const record: BucketRecord = { name, region: ctx.region, createdAt: clock.now().getTime(), tags };
    await store.transaction(async (tx) => {
      const known = await buckets(tx).get(globalScope(ctx), name);
      if (!known) return buckets(tx).insert(globalScope(ctx), name, record);
      if (ctx.region !== DEFAULT_REGION) throw alreadyOwned(name);
    });
    return { Location: `/${name}`, BucketArn: `arn:aws:s3:::${name}` };
  };

/** The constraint names the region that the client asks, and must be left out only in the first of them. */
function checkLocation(constraint: string | undefined, region: string): void {
  const isRight =
    constraint === undefined ? region === DEFAULT_REGION : constraint === region || isEurope(constraint, region);
  if (isRight) return;
  const code = 'IllegalLocationConstraintException';
  throw new ApiError(
    code,
    `The ${constraint ?? 'unspecified'} location constraint is incompatible for the region specific endpoint this request was sent to.`,
  );
}

const isEurope = (constraint: string, region: string): boolean => constraint === 'EU' && region === 'eu-west-1';

const alreadyOwned = (name: string): ApiError =>
  new ApiError(
    'BucketAlreadyOwnedByYou',
    'Your previous request to create the named bucket succeeded and you already own it.',
    409,
    { details: { BucketName: name } },
  );

export const headBucket =
  ({ store }: S3Deps): Action<typeof HeadBucketCommand> =>
  async (input, ctx) => {
    const { region, name } = await requireBucket(store, ctx, input);
    return { BucketRegion: region, AccessPointAlias: false, BucketArn: `arn:aws:s3:::${name}` };
  };

export const getBucketLocation =
  ({ store }: S3Deps): Action<typeof GetBucketLocationCommand> =>
  async (input, ctx) => {
    const { region } = await requireBucket(store, ctx, input);
    return region === DEFAULT_REGION ? {} : { LocationConstraint: region as 'eu-west-1' };
  };

const MOST_BUCKETS = 10_000;

export const listBuckets =
  ({ store }: S3Deps): Action<typeof ListBucketsCommand> =>
  async (
    { Prefix: prefix = '', BucketRegion: region, ContinuationToken: token, MaxBuckets: most = MOST_BUCKETS },
    ctx,
  ) => {
    if (most < 1 || most > MOST_BUCKETS)
      throw invalidArgument(
        `Argument max-buckets must be an integer between 1 and ${MOST_BUCKETS}`,
        'max-buckets',
        String(most),
      );
    const after = token === undefined ? '' : Buffer.from(token, 'base64url').toString('utf8');
    const all = (await buckets(store).list(globalScope(ctx)))
      .filter(
        (one) => one.name.startsWith(prefix) && (region === undefined || one.region === region) && one.name > after,
      )
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const page = all.slice(0, most);
    const last = all.length > most ? page.at(-1) : undefined;
    return {
      Buckets: page.map(shown),
      Owner: ownerOf(ctx),
      ...(prefix !== '' && { Prefix: prefix }),
      ...(last && { ContinuationToken: Buffer.from(last.name).toString('base64url') }),
    };
  };

const shown = ({ name, region, createdAt }: BucketRecord) => ({
  Name: name,
  CreationDate: new Date(createdAt),
  BucketRegion: region,
  BucketArn: `arn:aws:s3:::${name}`,
});

/** S3's canonical ids are not the account's; here they are. */
export const ownerOf = ({ account }: Pick<CallContext, 'account'>) => ({ ID: account, DisplayName: account });

export const deleteBucket =
  ({ store, files }: S3Deps): Action<typeof DeleteBucketCommand> =>
  async (input, ctx) => {
    const scope = globalScope(ctx);
    const left = await store.transaction(async (tx) => {
      const { name } = await requireBucket(tx, ctx, input);
      if ((await objects(tx).list(scope, name)).length > 0)
        throw new ApiError('BucketNotEmpty', 'The bucket you tried to delete is not empty', 409, {
          details: { BucketName: name },
        });
      const unfinished: string[] = [];
      for (const { uploadId } of await uploads(tx).list(scope, name)) {
        for (const { number, file } of await parts(tx).list(scope, uploadId)) {
          unfinished.push(file);
          await parts(tx).remove(scope, `${uploadId}/${number}`);
        }
        await uploads(tx).remove(scope, `${name}/${uploadId}`);
      }
      await buckets(tx).remove(scope, name);
      return unfinished;
    });
    await files.remove(left);
  };
