import type { ContainerDefinition } from '@aws-sdk/client-ecs';
import { clientError } from '../faults.ts';
import { needsFargate, type Registration } from './registration.ts';
import { checkFargateSize } from './sizes.ts';

/** What Fargate needs and refuses. Source: spec, RegisterTaskDefinition rows 16-18, 26-28. @throws {ClientException} */
export function checkFargate(input: Registration, cpu: string | undefined, memory: string | undefined): void {
  const { networkMode, containerDefinitions = [], volumes = [] } = input;
  if (networkMode !== 'awsvpc') throw clientError('Fargate only supports network mode ‘awsvpc’.');
  checkFargateSize(cpu, memory);
  for (const container of containerDefinitions) checkContainer(container);
  for (const { host, dockerVolumeConfiguration } of volumes) {
    if (host?.sourcePath) throw clientError('Fargate compatible task definitions do not support sourcePath');
    refuse('dockerVolumeConfiguration', dockerVolumeConfiguration !== undefined);
  }
  refuse('ipcMode', input.ipcMode !== undefined);
  refuse('pidMode host', input.pidMode === 'host');
  refuse('placementConstraints', (input.placementConstraints ?? []).length > 0);
  refuse('inferenceAccelerators', (input.inferenceAccelerators ?? []).length > 0);
}

/** Row 28: only the form of these texts is known. */
function refuse(what: string, isGiven: boolean): void {
  if (isGiven) throw clientError(`Fargate compatible task definitions do not support ${what}`);
}

function checkContainer(container: ContainerDefinition): void {
  if (container.privileged)
    throw clientError('Fargate requires that the ‘privileged’ setting be ‘false’ at the container level.');
  const { linuxParameters = {} } = container;
  refuse('devices', (linuxParameters.devices ?? []).length > 0);
  refuse('sharedMemorySize', linuxParameters.sharedMemorySize !== undefined);
  refuse('maxSwap', linuxParameters.maxSwap !== undefined);
  refuse('swappiness', linuxParameters.swappiness !== undefined);
  const added = linuxParameters.capabilities?.add ?? [];
  refuse(
    'adding capabilities other than SYS_PTRACE',
    added.some((name) => name !== 'SYS_PTRACE'),
  );
  refuse('dockerSecurityOptions', (container.dockerSecurityOptions ?? []).length > 0);
  refuse('disableNetworking', container.disableNetworking === true);
  refuse('dnsServers', (container.dnsServers ?? []).length > 0);
  refuse('dnsSearchDomains', (container.dnsSearchDomains ?? []).length > 0);
  refuse(
    'GPU',
    (container.resourceRequirements ?? []).some(({ type }) => type === 'GPU'),
  );
}

/** GiB. */
const LEAST_STORAGE = 21;
const MOST_STORAGE = 200;

/** Row 37. @throws {ClientException} */
export function checkEphemeralStorage(input: Registration): void {
  const size = input.ephemeralStorage?.sizeInGiB;
  if (size === undefined) return;
  if (!needsFargate(input))
    throw clientError('EphemeralStorage is only supported for task definitions that require FARGATE.'); // assumed
  checkStorageSize(size);
}

/** Of a definition or of an override. @throws {ClientException} */
export function checkStorageSize(size: number | undefined): void {
  if (size === undefined) return;
  if (size < LEAST_STORAGE) throw clientError(`EphemeralStorage size should be at least ${LEAST_STORAGE}`);
  if (size > MOST_STORAGE) throw clientError(`EphemeralStorage size should be at most ${MOST_STORAGE}`);
}

const ECR_IMAGE = /^\d{12}\.dkr\.ecr\.[^/]+\.amazonaws\.com(?:\.cn)?\//;

/** Row 39, as far as it is about images. @throws {ClientException} */
export function checkImageRole({ containerDefinitions = [], executionRoleArn }: Registration): void {
  if (!executionRoleArn && containerDefinitions.some(({ image = '' }) => ECR_IMAGE.test(image)))
    throw clientError('Fargate requires task definition to have execution role ARN to support ECR images.');
}
