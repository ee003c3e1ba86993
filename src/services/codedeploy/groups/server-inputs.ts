import {
  type CreateDeploymentInput,
  InvalidFileExistsBehaviorException,
  InvalidIgnoreApplicationStopFailuresValueException,
  InvalidTargetInstancesException,
  InvalidUpdateOutdatedInstancesOnlyValueException,
} from '@aws-sdk/client-codedeploy';
import { fault } from '../../../wire/api-error.ts';

const BEHAVIOURS = ['DISALLOW', 'OVERWRITE', 'RETAIN'];

/** Refuses the inputs of CreateDeployment that only servers have; a valid fileExistsBehavior is ignored. */
export function refuseServerInputs(input: Partial<CreateDeploymentInput>): void {
  if (input.ignoreApplicationStopFailures)
    throw fault(
      InvalidIgnoreApplicationStopFailuresValueException,
      'For ECS deployment, ignoreApplicationStopFailures must be false or left out.',
    );
  if (input.updateOutdatedInstancesOnly)
    throw fault(
      InvalidUpdateOutdatedInstancesOnlyValueException,
      'For ECS deployment, updateOutdatedInstancesOnly must be false or left out.',
    );
  if (input.targetInstances)
    throw fault(InvalidTargetInstancesException, 'For ECS deployment, targetInstances can not be specified');
  if (input.fileExistsBehavior && !BEHAVIOURS.includes(input.fileExistsBehavior))
    throw fault(
      InvalidFileExistsBehaviorException,
      `fileExistsBehavior must be one of ${BEHAVIOURS.join(', ')}, found '${String(input.fileExistsBehavior)}'.`,
    );
}
