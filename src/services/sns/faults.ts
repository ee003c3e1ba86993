import { ApiError } from '../../wire/api-error.ts';

/** @param what - what follows "Invalid parameter: " */
export const invalidParameter = (what: string): ApiError =>
  new ApiError('InvalidParameter', `Invalid parameter: ${what}`);

export const noTopic = (): ApiError => new ApiError('NotFound', 'Topic does not exist', 404);

export const noSubscription = (): ApiError => new ApiError('NotFound', 'Subscription does not exist', 404);

/** Of message attributes. */
export const invalidValue = (message: string): ApiError => new ApiError('ParameterValueInvalid', message);
