import {
  ClientException,
  ClusterNotFoundException,
  ConflictException,
  InvalidParameterException,
  ServiceDeploymentNotFoundException,
  ServiceNotActiveException,
  ServiceNotFoundException,
  TaskSetNotFoundException,
  UnsupportedFeatureException,
} from '@aws-sdk/client-ecs';
import { fault } from '../../wire/api-error.ts';

export const invalidParameter = (message: string): Error => fault(InvalidParameterException, message);
export const clientError = (message: string): Error => fault(ClientException, message);
export const clusterNotFound = (message = 'Cluster not found.'): Error => fault(ClusterNotFoundException, message);
export const serviceNotFound = (): Error => fault(ServiceNotFoundException, 'Service not found.');
export const serviceNotActive = (): Error => fault(ServiceNotActiveException, 'Service was not ACTIVE.');
export const taskSetNotFound = (): Error => fault(TaskSetNotFoundException, 'The specified task set does not exist.');

export const serviceDeploymentNotFound = (): Error =>
  fault(ServiceDeploymentNotFoundException, 'The service deployment was not found.');
export const conflict = (message: string, resourceIds: string[]): Error =>
  fault(ConflictException, message, { resourceIds });

/** What AWS has and Teal does not serve yet: said, never half done. */
export const notServed = (what: string): Error =>
  fault(UnsupportedFeatureException, `${what} is not served by Teal yet.`);
