import {
  type BlueGreenDeploymentConfiguration,
  type BlueInstanceTerminationOption,
  type DeploymentReadyOption,
  InvalidBlueGreenDeploymentConfigurationException,
} from '@aws-sdk/client-codedeploy';
import { fault } from '../../../wire/api-error.ts';
import type { BlueGreenSettings } from '../records.ts';

const MOST_READY_WAIT = 120 * 60;
const MOST_TERMINATION_WAIT = 2 * 24 * 60;

const wrong = (message: string): Error => fault(InvalidBlueGreenDeploymentConfigurationException, message);

/** @throws `InvalidBlueGreenDeploymentConfiguration`. Source: spec, validation matrix. */
export function readBlueGreen(block: BlueGreenDeploymentConfiguration | undefined): BlueGreenSettings {
  if (!block) throw wrong('For ECS deployment group, blueGreenDeploymentConfiguration must be specified');
  if (!block.deploymentReadyOption) throw wrong('Deployment ready option cannot be null for blue green deployment');
  if (!block.terminateBlueInstancesOnDeploymentSuccess)
    throw wrong(
      'Terminate blue instances on deployment success behaviour cannot be set to null for Blue Green deployments',
    );
  if (block.greenFleetProvisioningOption)
    throw wrong('For ECS deployment group, greenFleetProvisioningOption can not be specified');
  return {
    ...readReadyOption(block.deploymentReadyOption),
    terminationWaitMinutes: readTermination(block.terminateBlueInstancesOnDeploymentSuccess),
  };
}

function readReadyOption({
  actionOnTimeout = 'CONTINUE_DEPLOYMENT',
  waitTimeInMinutes: minutes = 0,
}: DeploymentReadyOption): Pick<BlueGreenSettings, 'stopOnTimeout' | 'readyWaitMinutes'> {
  if (actionOnTimeout !== 'CONTINUE_DEPLOYMENT' && actionOnTimeout !== 'STOP_DEPLOYMENT')
    throw wrong(
      `Deployment ready action '${String(actionOnTimeout)}' is not valid. Valid values are [CONTINUE_DEPLOYMENT, STOP_DEPLOYMENT]`,
    );
  if (minutes < 0 || minutes > MOST_READY_WAIT)
    throw wrong(`Deployment ready wait time must be between 0 and ${MOST_READY_WAIT} minutes, found ${minutes}`);
  const stopOnTimeout = actionOnTimeout === 'STOP_DEPLOYMENT';
  if (!stopOnTimeout && minutes > 0)
    throw wrong("Deployment ready action cannot be set to 'CONTINUE_DEPLOYMENT' when timeout is specified");
  if (stopOnTimeout && minutes === 0)
    throw wrong('Deployment ready action cannot be set to STOP_DEPLOYMENT when timeout is set to 0 minutes.');
  return { stopOnTimeout, readyWaitMinutes: minutes };
}

function readTermination({
  action = 'TERMINATE',
  terminationWaitTimeInMinutes: minutes = 0,
}: BlueInstanceTerminationOption): number {
  if (action !== 'TERMINATE')
    throw wrong(
      `For ECS deployment group, the action of terminateBlueInstancesOnDeploymentSuccess must be TERMINATE, found ${String(action)}`,
    );
  if (minutes > MOST_TERMINATION_WAIT) throw wrong('Timeout for instance termination cannot be more than 2 days');
  if (minutes < 0) throw wrong(`Timeout for instance termination cannot be negative, found ${minutes}`);
  return minutes;
}
