import { ApiError } from '../../wire/api-error.ts';

// By query's codes, which the wire turns into names of shapes: the SDK's classes would load the SDK when Teal starts.

export const invalidValue = (message: string): Error => new ApiError('InvalidParameterValue', message);
export const invalidCombination = (message: string): Error => new ApiError('InvalidParameterCombination', message);
export const missingParameter = (parameter: string): Error =>
  new ApiError('MissingParameter', `The parameter ${parameter} is required.`);
export const validationError = (message: string): Error => new ApiError('ValidationError', message);
export const limitExceeded = (message: string): Error => new ApiError('LimitExceeded', message);
export const invalidNextToken = (): Error => new ApiError('InvalidNextToken', 'The next token specified is invalid.');

export const notAStatistic = (stat: string): Error =>
  invalidValue(`The value ${stat} for parameter ExtendedStatistic is not supported.`);
