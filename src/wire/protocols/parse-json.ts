import { ApiError } from '../api-error.ts';
import { MEBIBYTE, textOf } from './protocol.ts';

/** A body this long may hold files in base64, but not this many values: those would take a hundred times its size. */
const CAREFUL_BEYOND = 4 * MEBIBYTE;
const MOST_PARTS = 1_000_000;
const PART_STARTS = new Set([...'[{,'].map((character) => character.charCodeAt(0)));

/**
 * Parses a body; an empty one is an empty structure.
 *
 * @param code - the error's code, which differs by service
 */
export function parseJson(body: Uint8Array, code: string): unknown {
  if (body.byteLength === 0) return {};
  if (body.byteLength > CAREFUL_BEYOND && partsOf(body) > MOST_PARTS) {
    throw new ApiError(code, 'Could not parse request body into json: it has too many values');
  }
  try {
    return JSON.parse(textOf(body));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.slice(0, 200) : 'it is not JSON';
    throw new ApiError(code, `Could not parse request body into json: ${reason}`);
  }
}

function partsOf(body: Uint8Array): number {
  let parts = 0;
  for (const byte of body) if (PART_STARTS.has(byte)) parts += 1;
  return parts;
}
