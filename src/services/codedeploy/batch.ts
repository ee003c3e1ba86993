import { BatchLimitExceededException } from '@aws-sdk/client-codedeploy';
import { fault } from '../../wire/api-error.ts';

/** @throws the given exception for none at all, `BatchLimitExceeded` for more than AWS takes */
export function checkBatch<T, E extends Error>(
  given: readonly T[] | undefined,
  most: number,
  required: new (options: never) => E,
  what: string,
): readonly T[] {
  if (!given || given.length === 0) throw fault(required, `At least one of the ${what} is required.`);
  if (given.length > most)
    throw fault(BatchLimitExceededException, `A batch can have at most ${most} ${what}, found ${given.length}.`);
  return given;
}
