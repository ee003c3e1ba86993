import { ApiError } from '../../wire/api-error.ts';

export const noSuchEntity = (message: string): ApiError => new ApiError('NoSuchEntity', message, 404);

export const malformedPolicy = (message: string): ApiError => new ApiError('MalformedPolicyDocument', message);

export const validationError = (message: string): ApiError => new ApiError('ValidationError', message);
