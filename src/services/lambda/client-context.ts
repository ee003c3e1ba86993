import { ApiError } from '../../wire/api-error.ts';

/** Base64 characters. Source: Lambda API Reference, Invoke. */
const LONGEST = 3583;

/**
 * The client context of an invocation as JSON text.
 *
 * @throws InvalidRequestContentException when it is no JSON object in base64; wording recorded, that of the size assumed
 */
export function readClientContext(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  if (text.length > LONGEST) throw invalid(`Client context must be at most ${LONGEST} bytes of Base64.`);
  const json = Buffer.from(text, 'base64').toString();
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return json;
  } catch {
    // refused below
  }
  throw invalid('Client context must be a valid Base64-encoded JSON object.');
}

const invalid = (message: string): ApiError => new ApiError('InvalidRequestContentException', message);
