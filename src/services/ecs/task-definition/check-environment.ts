import type { ContainerDefinition, Secret } from '@aws-sdk/client-ecs';
import { parseArn } from '../../../kernel/arn.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { clientError } from '../faults.ts';
import { secretSource } from './secret-source.ts';
import type { Registration } from './registration.ts';

/** Environment files and secrets. Source: spec, rows 38-41. @throws {ClientException} */
export function checkEnvironment({ containerDefinitions = [], executionRoleArn }: Registration, scope: Scope): void {
  for (const container of containerDefinitions) {
    checkEnvironmentFiles(container);
    const { logConfiguration, secrets = [] } = container;
    const all = [...secrets, ...(logConfiguration?.secretOptions ?? [])];
    if (all.length > 0 && !executionRoleArn)
      throw clientError(
        "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'.",
      );
    for (const secret of all) checkSecret(secret, scope);
    checkSecretNames(container);
  }
}

const MOST_FILES = 10;
const ENV_FILE = /^arn:aws[a-z-]*:s3:::[^/]+\/.*\.env$/;

/** Of a definition or of an override. @throws {ClientException} */
export function checkEnvironmentFiles({ environmentFiles = [] }: Pick<ContainerDefinition, 'environmentFiles'>): void {
  if (environmentFiles.length > MOST_FILES)
    throw clientError('The maximum number of environment files was exceeded. Specify ten or less and try again.');
  for (const { value = '' } of environmentFiles)
    if (!ENV_FILE.test(value))
      throw clientError(
        `Invalid environment file '${value}'. Specify the ARN of an Amazon S3 object whose name ends in .env.`, // assumed
      );
}

function checkSecret({ name, valueFrom }: Secret, scope: Scope): void {
  if (!name) throw clientError('Secret.name should not be null or empty.');
  if (!valueFrom) throw clientError('Secret.valueFrom should not be null or empty.');
  const source = secretSource(valueFrom);
  if (!source) throw clientError(`Invalid 'valueFrom' setting for secret '${name}'.`); // assumed
  const owner = source.from === 'ssm' ? parseArn(valueFrom)?.account : undefined;
  if (owner !== undefined && owner !== scope.account)
    throw clientError(
      `The Systems Manager parameter ARN has a different account ID than the current account. The current account ID is ${scope.account} and the ARN account ID is ${owner}. Cross-account access for ARNs is not currently supported.`,
    );
}

function checkSecretNames({ environment = [], secrets = [] }: ContainerDefinition): void {
  const taken = new Set(environment.map(({ name }) => name));
  for (const { name } of secrets) {
    if (taken.has(name))
      throw clientError(
        `The secret name must be unique and not shared with any new or existing environment variables set on the container, such as '${name}'.`,
      );
    taken.add(name);
  }
}
