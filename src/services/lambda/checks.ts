import { destinationOf } from './events/destination.ts';
import { invalidParameter } from './faults.ts';

/** Variables that Lambda sets itself. Source: Lambda, defined runtime environment variables. */
const RESERVED = new Set(
  '_HANDLER _X_AMZN_TRACE_ID AWS_DEFAULT_REGION AWS_REGION AWS_EXECUTION_ENV AWS_LAMBDA_FUNCTION_NAME AWS_LAMBDA_FUNCTION_MEMORY_SIZE AWS_LAMBDA_FUNCTION_VERSION AWS_LAMBDA_INITIALIZATION_TYPE AWS_LAMBDA_LOG_GROUP_NAME AWS_LAMBDA_LOG_STREAM_NAME AWS_ACCESS_KEY AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_LAMBDA_RUNTIME_API LAMBDA_TASK_ROOT LAMBDA_RUNTIME_DIR'.split(
    ' ',
  ),
);
const MAX_ENVIRONMENT_BYTES = 4096;
const CANNOT =
  'Lambda was unable to configure your environment variables because the environment variables you have provided';

export function checkEnvironment(variables: Readonly<Record<string, string>>): void {
  const reserved = Object.keys(variables).filter((name) => RESERVED.has(name));
  if (reserved.length > 0) {
    throw invalidParameter(
      `${CANNOT} contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${reserved.join(', ')}`,
    );
  }
  const measured = JSON.stringify(variables);
  if (Buffer.byteLength(measured) > MAX_ENVIRONMENT_BYTES) {
    throw invalidParameter(`${CANNOT} exceeded the 4KB limit. String measured: ${measured}`);
  }
  // A NUL cannot be in an environment; such a function would never start.
  if (measured.includes('\\u0000')) throw invalidParameter(`${CANNOT} contain characters that are not allowed`);
}

/** Lambda's limits that its model does not state. */
export function checkSizes({
  MemorySize = 128,
  Timeout = 3,
  EphemeralStorage = { Size: 512 },
}: {
  MemorySize?: number | undefined;
  Timeout?: number | undefined;
  EphemeralStorage?: { readonly Size: number | undefined } | undefined;
}): void {
  const { Size = 512 } = EphemeralStorage;
  if (MemorySize < 128) throw tooSmall('MemorySize', 128);
  if (Timeout < 1) throw tooSmall('Timeout', 1);
  if (Size < 512) throw tooSmall('EphemeralStorage.Size', 512);
  if (Size > 10_240) throw tooLarge('EphemeralStorage.Size', 10_240);
  if (MemorySize > 10_240) throw tooLarge('MemorySize', 10_240);
  if (Timeout > 900) throw tooLarge('Timeout', 900);
}

const tooSmall = (member: string, limit: number) =>
  invalidParameter(
    `'${member}' value failed to satisfy constraint: Member must have value greater than or equal to ${limit}`,
  );

const tooLarge = (member: string, limit: number) =>
  invalidParameter(
    `'${member}' value failed to satisfy constraint: Member must have value less than or equal to ${limit}`,
  );

/** @throws InvalidParameterValueException for what is no topic; an empty ARN takes the target away */
export function checkDeadLetterTarget(arn = ''): void {
  if (arn === '' || destinationOf(arn)?.to === 'sns') return;
  if (arn.split(':')[2] === 'sqs')
    throw invalidParameter(`Teal has no queues: '${arn}' must be the ARN of an SNS topic`);
  throw invalidParameter(`The provided dead-letter target '${arn}' is not the ARN of an SNS topic`);
}

/** Members that are refused rather than accepted without effect. */
const UNMADE = [
  'CapacityProviderConfig',
  'CodeSigningConfigArn',
  'DurableConfig',
  'DurableExecutionName',
  'FileSystemConfigs',
  'KMSKeyArn',
  'PublishTo',
  'SourceKMSKeyArn',
  'TenancyConfig',
  'TenantId',
];

export function refuseUnmade(input: object): void {
  for (const member of UNMADE) {
    if (!isEmpty(Reflect.get(input, member)))
      throw invalidParameter(`Teal does not support '${member}' yet: leave it out`);
  }
  const snapStart: unknown = Reflect.get(input, 'SnapStart');
  if (typeof snapStart === 'object' && snapStart && Reflect.get(snapStart, 'ApplyOn') === 'PublishedVersions') {
    throw invalidParameter("Teal does not support 'SnapStart' yet: leave it out");
  }
}

/** Tools send empty lists and structures for what was not asked for. */
function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === '') return true;
  return typeof value === 'object' && Object.values(value).every(isEmpty);
}

interface CodeInput {
  readonly ZipFile?: Uint8Array | undefined;
  readonly S3Bucket?: string | undefined;
  readonly S3Key?: string | undefined;
}

export function requireZip(code: CodeInput): Uint8Array {
  if (code.S3Bucket || code.S3Key) {
    throw invalidParameter('Teal does not read function code from S3 yet: send the package as ZipFile');
  }
  if (!code.ZipFile) throw invalidParameter('Please provide a source for function code.');
  return code.ZipFile;
}
