import { ApiError } from '../../wire/api-error.ts';

/** ELB's code for a field that is not valid; the SDK models no class for it. */
export const validationError = (message: string): ApiError => new ApiError('ValidationError', message);

/** What AWS has and Teal does not serve yet: said, never half done. */
export const notServed = (what: string): ApiError =>
  new ApiError('ValidationError', `${what} is not served by Teal yet.`);
