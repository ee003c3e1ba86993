import { ApiError } from '../../wire/api-error.ts';

export const invalidParameter = (message: string): ApiError => new ApiError('InvalidParameterValueException', message);

export const conflict = (message: string): ApiError => new ApiError('ResourceConflictException', message, 409);

export const resourceNotFound = (message: string): ApiError => new ApiError('ResourceNotFoundException', message, 404);

export const functionNotFound = (arn: string): ApiError => resourceNotFound(`Function not found: ${arn}`);
