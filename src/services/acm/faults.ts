import { InvalidArnException, ResourceNotFoundException, ValidationException } from '@aws-sdk/client-acm';
import { fault } from '../../wire/api-error.ts';

export const validationException = (message: string) => fault(ValidationException, message);

export const invalidArn = (arn: string) => fault(InvalidArnException, `The ARN '${arn}' is not that of a certificate.`);

export const notFound = (arn: string) => fault(ResourceNotFoundException, `Could not find certificate ${arn}.`);
