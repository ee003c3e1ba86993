import { ApiError } from '../api-error.ts';
import type { WireRequest } from '../request.ts';
import { formPairs, formTree } from './form.ts';
import { MEBIBYTE, textOf, type Asked, type Spoken } from './protocol.ts';
import { readQuery, type QueryDialect } from './query-reader.ts';

/** Every parameter costs some memory; what AWS takes by these protocols is far shorter. */
export const QUERY_BODY_BYTES = MEBIBYTE;

/** Reads `Action` and its parameters from a form body, or from the query string of a presigned GET. */
export function resolveAction(spoken: Spoken, request: WireRequest, body: Uint8Array, dialect: QueryDialect): Asked {
  const form = formTree(request.method === 'GET' ? request.query : formPairs(textOf(body)));
  const action = form.children?.get('Action')?.value;
  if (!action) throw new ApiError('MissingAction', 'The request must contain the parameter Action');
  const operation = spoken.model.operations.get(action);
  if (!operation) {
    const message = `Could not find operation ${action} for version ${spoken.entry.version}`;
    throw new ApiError('InvalidAction', message);
  }
  return { operation, read: () => readQuery(operation.input, form, dialect) };
}
