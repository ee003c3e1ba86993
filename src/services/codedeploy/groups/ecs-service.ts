import { type ECSService, InvalidECSServiceException } from '@aws-sdk/client-codedeploy';
import { fault } from '../../../wire/api-error.ts';
import type { EcsServiceSettings } from '../records.ts';

/** Keeps the names as they were given: short or ARNs. @throws `InvalidECSService` unless there is exactly one */
export function readEcsService(services: readonly ECSService[] | undefined): EcsServiceSettings {
  const [service] = services ?? [];
  if (services?.length !== 1 || !service)
    throw fault(
      InvalidECSServiceException,
      `For ECS deployment group, exactly one ECS service must be specified, found ${services?.length ?? 0}`,
    );
  const { serviceName, clusterName } = service;
  if (!serviceName || !clusterName)
    throw fault(
      InvalidECSServiceException,
      'For ECS deployment group, both serviceName and clusterName of the ECS service must be specified',
    );
  return { serviceName, clusterName };
}
