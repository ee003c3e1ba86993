import { ApiError } from '../../wire/api-error.ts';

/**
 * Keeps the things that were asked for by id; all when none were.
 *
 * @throws the code, when an id is of nothing; `message` is given that id
 */
export function requested<T>(
  things: readonly T[],
  ids: readonly string[] | undefined,
  idOf: (thing: T) => string | undefined,
  code: string,
  message: (id: string) => string,
): T[] {
  if (!ids || ids.length === 0) return [...things];
  for (const id of ids) {
    if (!things.some((thing) => idOf(thing) === id)) throw new ApiError(code, message(id));
  }
  return things.filter((thing) => ids.includes(idOf(thing) ?? ''));
}
