import type {
  GetBucketAccelerateConfigurationCommand,
  GetBucketAclCommand,
  GetBucketEncryptionCommand,
  GetBucketLoggingCommand,
  GetBucketNotificationConfigurationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketRequestPaymentCommand,
  GetObjectAclCommand,
  GetPublicAccessBlockCommand,
} from '@aws-sdk/client-s3';
import { ApiError } from '../../../wire/api-error.ts';
import type { Action, CallContext } from '../../../wire/types.ts';
import type { S3Deps } from '../deps.ts';
import { requireBucket, requireVersion } from '../find-object.ts';
import { ownerOf } from './buckets.ts';

type Addressed = Parameters<typeof requireBucket>[2];

/** What nobody can set here is read as S3 answers it of a new bucket: an error, or its default. */
const unset =
  ({ store }: S3Deps, code: string, message: string) =>
  async (input: Addressed, ctx: CallContext): Promise<never> => {
    const { name } = await requireBucket(store, ctx, input);
    throw new ApiError(code, message, 404, { details: { BucketName: name } });
  };

const aclOf = (ctx: CallContext) => {
  const owner = ownerOf(ctx);
  return {
    Owner: owner,
    Grants: [{ Grantee: { ...owner, Type: 'CanonicalUser' as const }, Permission: 'FULL_CONTROL' as const }],
  };
};

const always =
  <T>({ store }: S3Deps, value: T) =>
  async (input: Addressed, ctx: CallContext): Promise<T> => {
    await requireBucket(store, ctx, input);
    return value;
  };

const getBucketAcl =
  ({ store }: S3Deps): Action<typeof GetBucketAclCommand> =>
  async (input, ctx) => {
    await requireBucket(store, ctx, input);
    return aclOf(ctx);
  };

const getObjectAcl =
  ({ store }: S3Deps): Action<typeof GetObjectAclCommand> =>
  async (input, ctx) => {
    await requireVersion(store, ctx, input);
    return aclOf(ctx);
  };

/** Source: spec, S3, what Terraform reads; defaults of buckets made since April 2023. */
export const unsetSettings = (deps: S3Deps) => ({
  GetBucketAcl: getBucketAcl(deps),
  GetObjectAcl: getObjectAcl(deps),
  GetBucketPolicy: unset(deps, 'NoSuchBucketPolicy', 'The bucket policy does not exist'),
  GetBucketPolicyStatus: unset(deps, 'NoSuchBucketPolicy', 'The bucket policy does not exist'),
  GetBucketCors: unset(deps, 'NoSuchCORSConfiguration', 'The CORS configuration does not exist'),
  GetBucketWebsite: unset(
    deps,
    'NoSuchWebsiteConfiguration',
    'The specified bucket does not have a website configuration',
  ),
  GetBucketLifecycleConfiguration: unset(
    deps,
    'NoSuchLifecycleConfiguration',
    'The lifecycle configuration does not exist',
  ),
  GetBucketReplication: unset(
    deps,
    'ReplicationConfigurationNotFoundError',
    'The replication configuration was not found',
  ),
  GetObjectLockConfiguration: unset(
    deps,
    'ObjectLockConfigurationNotFoundError',
    'Object Lock configuration does not exist for this bucket',
  ),
  GetBucketAccelerateConfiguration: always(deps, {}) satisfies Action<typeof GetBucketAccelerateConfigurationCommand>,
  GetBucketLogging: always(deps, {}) satisfies Action<typeof GetBucketLoggingCommand>,
  GetBucketNotificationConfiguration: always(deps, {}) satisfies Action<
    typeof GetBucketNotificationConfigurationCommand
  >,
  GetBucketRequestPayment: always(deps, {
    Payer: 'BucketOwner' as const,
  }) satisfies Action<typeof GetBucketRequestPaymentCommand>,
  GetBucketEncryption: always(deps, {
    ServerSideEncryptionConfiguration: {
      Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' as const }, BucketKeyEnabled: false }],
    },
  }) satisfies Action<typeof GetBucketEncryptionCommand>,
  GetPublicAccessBlock: always(deps, {
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    },
  }) satisfies Action<typeof GetPublicAccessBlockCommand>,
  GetBucketOwnershipControls: always(deps, {
    OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' as const }] },
  }) satisfies Action<typeof GetBucketOwnershipControlsCommand>,
});
