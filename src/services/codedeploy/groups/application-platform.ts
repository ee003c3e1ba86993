import {
  type ECSService,
  InvalidECSServiceException,
  InvalidInputException,
  type LoadBalancerInfo,
} from '@aws-sdk/client-codedeploy';
import { fault } from '../../../wire/api-error.ts';
import type { ApplicationRecord } from '../records.ts';

interface GroupBlocks {
  readonly ecsServices?: readonly ECSService[] | undefined;
  readonly loadBalancerInfo?: LoadBalancerInfo | undefined;
}

/** Groups are for applications of the ECS platform. @throws `InvalidECSService`, `InvalidInput` */
export function requireEcsPlatform(application: ApplicationRecord, input: GroupBlocks): void {
  const { computePlatform, name } = application;
  if (computePlatform === 'ECS') return;
  if (computePlatform === 'Server' && (input.ecsServices || input.loadBalancerInfo?.targetGroupPairInfoList))
    throw fault(
      InvalidECSServiceException,
      'Server Deployment Groups should not define a value for ecsServices, eksClusters, or targetGroupPairInfoList',
    );
  throw fault(
    InvalidInputException,
    `Deployments of the ${computePlatform} compute platform are not served; create the application '${name}' with computePlatform ECS.`,
  );
}
