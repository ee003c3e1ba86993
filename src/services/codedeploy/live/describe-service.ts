import { InvalidECSServiceException } from '@aws-sdk/client-codedeploy';
import { DescribeServicesCommand, type DescribeServicesCommandOutput, type ECSClient } from '@aws-sdk/client-ecs';
import { fault } from '../../../wire/api-error.ts';
import type { EcsServiceSettings } from '../records.ts';

/** What a deployment group needs to know of its ECS service. */
export interface LiveService {
  /** ARNs of all target groups that the service or its task sets use. */
  readonly targetGroupArns: readonly string[];
  /** The one that the primary task set is registered with. */
  readonly liveTargetGroupArn: string | undefined;
}

/** Asks ECS for the service. @throws `InvalidECSService` when it is not there or CodeDeploy may not deploy to it */
export async function describeService(ecs: ECSClient, settings: EcsServiceSettings): Promise<LiveService> {
  const unloadable = (cause: string): Error =>
    fault(
      InvalidECSServiceException,
      `Could not load ECS service information for cluster: ${settings.clusterName}, service: ${settings.serviceName}. Cause: ${cause}`,
    );
  let answer: DescribeServicesCommandOutput;
  try {
    answer = await ecs.send(
      new DescribeServicesCommand({ cluster: settings.clusterName, services: [settings.serviceName] }),
    );
  } catch (error) {
    throw unloadable(error instanceof Error ? error.message : String(error));
  }
  const [service] = answer.services ?? [];
  if (!service) throw unloadable(`the service is ${answer.failures?.[0]?.reason ?? 'MISSING'}`);
  if (service.status !== 'ACTIVE') throw unloadable(`the service is ${service.status ?? 'of unknown status'}`);
  if (service.deploymentController?.type !== 'CODE_DEPLOY')
    throw fault(
      InvalidECSServiceException,
      "Deployment group's ECS service must be configured for a CODE_DEPLOY deployment controller.",
    );
  const taskSets = service.taskSets ?? [];
  const ofService = arns(service.loadBalancers);
  const primary = taskSets.find((taskSet) => taskSet.status === 'PRIMARY');
  return {
    targetGroupArns: [...ofService, ...taskSets.flatMap((taskSet) => arns(taskSet.loadBalancers))],
    liveTargetGroupArn: arns(primary?.loadBalancers)[0] ?? ofService[0],
  };
}

const arns = (loadBalancers: readonly { readonly targetGroupArn?: string | undefined }[] | undefined): string[] =>
  (loadBalancers ?? []).flatMap(({ targetGroupArn }) => targetGroupArn ?? []);
