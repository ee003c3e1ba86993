import { type DeploymentStyle, InvalidDeploymentStyleException } from '@aws-sdk/client-codedeploy';
import { fault } from '../../../wire/api-error.ts';

/** Accepts the one style of ECS; leaving it out means IN_PLACE, which is not it. @throws `InvalidDeploymentStyle` */
export function checkStyle(style: DeploymentStyle | undefined): void {
  const { deploymentType, deploymentOption } = style ?? {};
  if (deploymentType === 'BLUE_GREEN' && deploymentOption === 'WITH_TRAFFIC_CONTROL') return;
  if (deploymentType === 'BLUE_GREEN' && deploymentOption === 'WITHOUT_TRAFFIC_CONTROL')
    throw fault(
      InvalidDeploymentStyleException,
      'BLUE_GREEN deployment type not supported with WITHOUT_TRAFFIC_CONTROL option',
    );
  throw fault(
    InvalidDeploymentStyleException,
    'For ECS deployment, the deployment type must be BLUE_GREEN, and deployment option must be WITH_TRAFFIC_CONTROL.',
  );
}
