import {
  ApplicationNameRequiredException,
  DeploymentConfigNameRequiredException,
  DeploymentGroupNameRequiredException,
  DeploymentIdRequiredException,
  DescriptionTooLongException,
  InvalidApplicationNameException,
  InvalidDeploymentConfigNameException,
  InvalidDeploymentGroupNameException,
  InvalidDeploymentIdException,
} from '@aws-sdk/client-codedeploy';
import { fault } from '../../wire/api-error.ts';

const NAME = /^[A-Za-z0-9._+=,@-]{1,100}$/;
const RULE = 'It must have 1 to 100 characters: letters, digits, and . _ + = , @ -';

/** @throws `ApplicationNameRequired`, `InvalidApplicationName` */
export function requireApplicationName(name: string | undefined): string {
  if (!name) throw fault(ApplicationNameRequiredException, 'An application name is required.');
  if (!NAME.test(name)) throw fault(InvalidApplicationNameException, `Invalid application name: ${name}. ${RULE}`);
  return name;
}

/** @throws `DeploymentGroupNameRequired`, `InvalidDeploymentGroupName` */
export function requireGroupName(name: string | undefined): string {
  if (!name) throw fault(DeploymentGroupNameRequiredException, 'A deployment group name is required.');
  if (!NAME.test(name))
    throw fault(InvalidDeploymentGroupNameException, `Invalid deployment group name: ${name}. ${RULE}`);
  return name;
}

/** @throws `DeploymentConfigNameRequired`, `InvalidDeploymentConfigName` */
export function requireConfigName(name: string | undefined): string {
  if (!name) throw fault(DeploymentConfigNameRequiredException, 'A deployment configuration name is required.');
  if (!NAME.test(name))
    throw fault(InvalidDeploymentConfigNameException, `Invalid deployment configuration name: ${name}. ${RULE}`);
  return name;
}

/** @throws `DeploymentIdRequired`, `InvalidDeploymentId` */
export function requireDeploymentId(id: string | undefined): string {
  if (!id) throw fault(DeploymentIdRequiredException, 'A deployment ID is required.');
  if (!/^d-[A-Z0-9]{9}$/.test(id))
    throw fault(InvalidDeploymentIdException, `Specified DeploymentId is not in the valid format: ${id}`);
  return id;
}

/** AWS documents 256, but its own GitHub action sends up to 512. @throws `DescriptionTooLong` */
export function checkDescription(text: string | undefined): void {
  if (text !== undefined && text.length > 512)
    throw fault(DescriptionTooLongException, `The description must have at most 512 characters, found ${text.length}.`);
}
