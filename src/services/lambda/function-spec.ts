import type { FunctionSpec } from '../../drivers/functions/functions.ts';
import { seconds } from '../../kernel/span.ts';
import type { Scope } from '../../kernel/scope.ts';
import type { LambdaTools } from './deps.ts';
import { packageOf } from './packaging.ts';
import type { FunctionRecord } from './records.ts';

/**
 * A function as the driver runs it. Its access key id is its account's number, so what it calls at Teal lands in its
 * own account; its user's variables win over `AWS_ENDPOINT_URL`.
 */
export async function functionSpec(tools: LambdaTools, scope: Scope, record: FunctionRecord): Promise<FunctionSpec> {
  return {
    arn: record.arn,
    name: record.name,
    version: '$LATEST',
    package: await packageOf(tools, record),
    environment: {
      AWS_ENDPOINT_URL: tools.endpoint(),
      AWS_REGION: scope.region,
      AWS_DEFAULT_REGION: scope.region,
      AWS_ACCESS_KEY_ID: scope.account,
      AWS_SECRET_ACCESS_KEY: 'teal',
      AWS_SESSION_TOKEN: 'teal',
      ...record.environment,
    },
    timeout: seconds(record.timeout),
    timeoutSeconds: record.timeout,
    memoryMiB: record.memorySize,
    ephemeralStorageMiB: record.ephemeralStorage,
    logGroup: record.logging.group,
  };
}
