import { ApiError } from '../../../wire/api-error.ts';

// By their codes: the SDK's classes would load the SDK when Teal starts, and most Teals never ask for it.

export const validationError = (message: string): Error => new ApiError('ValidationError', message);

/** What the wire says of a required member that is not there. */
export const missingMember = (member: string): Error =>
  validationError(
    `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`,
  );

export const notServed = (what: string): Error => validationError(`Teal does not serve ${what} yet.`);

/** AWS's message is empty for an alarm that is not there. */
export const noSuchAlarm = (): Error => new ApiError('ResourceNotFound', '', 404);

export const noSuchResource = (arn: string): Error =>
  new ApiError('ResourceNotFoundException', `Unknown resource: ${arn}`, 404);

export const invalidNextToken = (): Error => new ApiError('InvalidNextToken', 'The next token specified is invalid.');

export const invalidFormat = (message: string): Error => new ApiError('InvalidFormatFault', message);
