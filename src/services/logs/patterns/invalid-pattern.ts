import { InvalidParameterException } from '@aws-sdk/client-cloudwatch-logs';
import { fault } from '../../../wire/api-error.ts';

export const invalidPattern = (message = 'Invalid filter pattern') => fault(InvalidParameterException, message);
