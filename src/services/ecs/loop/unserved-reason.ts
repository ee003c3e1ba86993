import type { ContainerDefinition, Secret } from '@aws-sdk/client-ecs';
import type { Definition } from '../records/task-definition.ts';
import { secretSource } from '../task-definition/secret-source.ts';

const SECRETS = 'ResourceInitializationError: unable to pull secrets or registry auth: ';
const RETRIED = 'service call has been retried 1 time(s): ';

/** Why a task of this definition cannot run here, in ECS's form; `undefined` when it can. */
export function unservedReason(definition: Definition): string | undefined {
  const { containerDefinitions = [] } = definition;
  for (const container of containerDefinitions) {
    const reason = secretReason(container) ?? loggingReason(container);
    if (reason !== undefined) return reason;
  }
  return volumeReason(definition) ?? hostReason(definition);
}

/** Source: spec, secrets in container definitions; the detail is Teal's. */
function secretReason({ name, secrets = [], logConfiguration, repositoryCredentials }: ContainerDefinition) {
  const [secret] = [...secrets, ...(logConfiguration?.secretOptions ?? [])];
  if (secret) return `${SECRETS}execution resource retrieval failed: ${notRetrieved(secret)} (container '${name}')`;
  if (repositoryCredentials)
    return `${SECRETS}execution resource retrieval failed: unable to retrieve secret from asm: ${RETRIED}AWS Secrets Manager is not served by Teal yet: '${repositoryCredentials.credentialsParameter}' (container '${name}')`;
  return undefined;
}

function notRetrieved({ name, valueFrom = '' }: Secret): string {
  const isParameter = secretSource(valueFrom)?.from !== 'secrets-manager';
  const [what, service] = isParameter
    ? ['secrets from ssm', 'AWS Systems Manager Parameter Store']
    : ['secret from asm', 'AWS Secrets Manager'];
  return `unable to retrieve ${what}: ${RETRIED}${service} is not served by Teal yet: '${valueFrom}' for '${name}'`;
}

const LOGGER = 'ResourceInitializationError: failed to validate logger args: ';
const EXIT = ' : exit status 1';

/** What Docker's awslogs driver refuses, in its words; AWS takes such definitions and fails to run them. */
function loggingReason({ logConfiguration }: ContainerDefinition): string | undefined {
  const { logDriver, options = {} } = logConfiguration ?? {};
  if (logDriver !== 'awslogs') return undefined;
  const pattern = options['awslogs-multiline-pattern'];
  if (pattern !== undefined && options['awslogs-datetime-format'] !== undefined)
    return `${LOGGER}you cannot configure log opt 'awslogs-datetime-format' and 'awslogs-multiline-pattern' at the same time${EXIT}`;
  if (pattern !== undefined && !isPattern(pattern))
    return `${LOGGER}awslogs could not parse multiline pattern key ${JSON.stringify(pattern)}${EXIT}`;
  if (options['mode'] !== undefined && !['blocking', 'non-blocking'].includes(options['mode']))
    return `${LOGGER}logger: logging mode not supported: ${options['mode']}${EXIT}`;
  return undefined;
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}

function volumeReason({ volumes = [] }: Definition): string | undefined {
  for (const { name, configuredAtLaunch, efsVolumeConfiguration, fsxWindowsFileServerVolumeConfiguration } of volumes) {
    const what = efsVolumeConfiguration
      ? 'an Amazon EFS file system'
      : fsxWindowsFileServerVolumeConfiguration
        ? 'an Amazon FSx file system'
        : configuredAtLaunch
          ? 'configured at launch'
          : undefined;
    if (what) return `CannotCreateVolumeError: volume '${name}' is ${what}, which Teal does not serve`;
  }
  return undefined;
}

function hostReason({
  runtimePlatform,
  proxyConfiguration,
  containerDefinitions = [],
}: Definition): string | undefined {
  const family = runtimePlatform?.operatingSystemFamily ?? 'LINUX';
  if (family !== 'LINUX') return `CannotCreateContainerError: ${family} containers are not served by Teal`;
  if (proxyConfiguration) return 'CannotCreateContainerError: proxyConfiguration (App Mesh) is not served by Teal';
  const needy = containerDefinitions.find(({ resourceRequirements }) => resourceRequirements?.length);
  if (needy)
    return `CannotCreateContainerError: container '${needy.name}' requires ${needy.resourceRequirements?.[0]?.type}, which Teal does not serve`;
  return undefined;
}
