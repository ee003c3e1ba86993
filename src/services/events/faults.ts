import { ApiError } from '../../wire/api-error.ts';

export const validation = (message: string): ApiError => new ApiError('ValidationException', message);

export const noBus = (name: string): ApiError =>
  new ApiError('ResourceNotFoundException', `Event bus ${name} does not exist.`);

export const noRule = (name: string, bus: string): ApiError =>
  new ApiError('ResourceNotFoundException', `Rule ${name} does not exist on EventBus ${bus}.`);
