import {
  InvalidParameterException,
  ResourceAlreadyExistsException,
  ResourceNotFoundException,
} from '@aws-sdk/client-cloudwatch-logs';
import { ApiError, fault } from '../../wire/api-error.ts';
import type { Violation } from '../../wire/types.ts';

export const invalidParameter = (message: string) => fault(InvalidParameterException, message);

const notFound = (what: string) => fault(ResourceNotFoundException, `The specified ${what} does not exist.`);
const exists = (what: string) => fault(ResourceAlreadyExistsException, `The specified ${what} already exists`);

export const noGroup = () => notFound('log group');
export const noStream = () => notFound('log stream');
export const noMetricFilter = () => notFound('metric filter');
export const noSubscriptionFilter = () => notFound('subscription filter');
export const groupExists = () => exists('log group');
export const streamExists = () => exists('log stream');
export const invalidToken = () => invalidParameter('The specified nextToken is invalid.');

/** This service answers broken constraints with a code of its own. Source: recorded answers. */
export function invalidInput(_operation: string, violations: readonly Violation[]): Error {
  const found = violations.length === 1 ? '1 validation error' : `${violations.length} validation errors`;
  const words = violations.map(({ message }) => message).join('; ');
  return new ApiError('InvalidParameterException', `${found} detected: ${words}`);
}
