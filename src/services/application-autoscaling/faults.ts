import {
  ObjectNotFoundException,
  ResourceNotFoundException,
  ValidationException,
} from '@aws-sdk/client-application-auto-scaling';
import { fault } from '../../wire/api-error.ts';

export const invalid = (message: string): Error => fault(ValidationException, message);

const place = (resourceId: string): string =>
  `service namespace: ecs, resource ID: ${resourceId}, scalable dimension: ecs:service:DesiredCount`;

export const noTarget = (resourceId: string): Error =>
  fault(ObjectNotFoundException, `No scalable target registered for ${place(resourceId)}`);
export const targetNotFound = (resourceId: string): Error =>
  fault(ObjectNotFoundException, `No scalable target found for ${place(resourceId)}`);
export const policyNotFound = (resourceId: string, name: string): Error =>
  fault(ObjectNotFoundException, `No scaling policy found for ${place(resourceId)}, policy name: ${name}`);
export const scheduledActionNotFound = (resourceId: string, name: string): Error =>
  fault(ObjectNotFoundException, `No scheduled action found for ${place(resourceId)}, scheduled action name: ${name}`);
export const resourceNotFound = (arn: string): Error =>
  fault(ResourceNotFoundException, `The resource with ARN ${arn} was not found.`);

/** What AWS has and Teal does not serve yet. */
export const notServed = (what: string): Error => invalid(`${what} is not served by Teal yet.`);
