import type { ContainerDefinition } from '@aws-sdk/client-ecs';
import { clientError } from '../faults.ts';
import { needsFargate, type Registration } from './registration.ts';

/** CPU units a task of launch type EC2 may ask for. Source: ECS developer guide, task size. */
const LEAST_CPU = 128;
const MOST_CPU = 196_608;

/** Source: spec, Fargate sizes, for EC2; the rest are limits of the API reference in assumed words. @throws {ClientException} */
export function checkTaskSettings(input: Registration, cpu: string | undefined): void {
  if (!needsFargate(input) && cpu !== undefined && (Number(cpu) < LEAST_CPU || Number(cpu) > MOST_CPU))
    throw clientError("Invalid 'cpu' setting for task.");
  if ((input.placementConstraints ?? []).length > 10)
    throw clientError('Placement constraints can have at most 10 items.');
  const { proxyConfiguration, containerDefinitions = [] } = input;
  if (proxyConfiguration && !containerDefinitions.some(({ name }) => name === proxyConfiguration.containerName))
    throw clientError(`The proxy container '${proxyConfiguration.containerName}' does not exist.`);
  for (const container of containerDefinitions) checkKernelSettings(container);
}

function checkKernelSettings({
  name,
  linuxParameters,
  systemControls = [],
  extraHosts = [],
}: ContainerDefinition): void {
  const swappiness = linuxParameters?.swappiness ?? 0;
  if (swappiness < 0 || swappiness > 100) throw clientError(`Invalid 'swappiness' setting for container '${name}'.`);
  const sizes = [linuxParameters?.sharedMemorySize ?? 1, ...(linuxParameters?.tmpfs ?? []).map(({ size = 0 }) => size)];
  if (sizes.some((size) => size < 1))
    throw clientError(`Invalid 'sharedMemorySize' or 'tmpfs' setting for container '${name}'.`);
  if (systemControls.some(({ namespace, value }) => !namespace || value === undefined))
    throw clientError('SystemControl.namespace and SystemControl.value should not be null or empty.');
  if (extraHosts.some(({ hostname, ipAddress }) => !hostname || !ipAddress))
    throw clientError('HostEntry.hostname and HostEntry.ipAddress should not be null or empty.');
}
