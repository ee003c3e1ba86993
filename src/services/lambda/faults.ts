import { ApiError } from '../../wire/api-error.ts';

export const invalidParameter = (message: string): ApiError => new ApiError('InvalidParameterValueException', message);

/** What a constraint refuses that the models do not state. */
export const validation = (message: string): ApiError =>
  new ApiError('ValidationException', `1 validation error detected: ${message}`);

export const conflict = (message: string): ApiError => new ApiError('ResourceConflictException', message, 409);

export const resourceNotFound = (message: string): ApiError => new ApiError('ResourceNotFoundException', message, 404);

export const functionNotFound = (arn: string): ApiError => resourceNotFound(`Function not found: ${arn}`);

/** @throws PreconditionFailedException when the caller saw another revision than the current one */
export function refuseOtherRevision(current: { readonly revisionId: string }, seen: string | undefined): void {
  if (seen === undefined || seen === current.revisionId) return;
  throw new ApiError(
    'PreconditionFailedException',
    'The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
    412,
  );
}
