import type { DeleteFunctionCommand } from '@aws-sdk/client-lambda';
import type { Action } from '../../../wire/types.ts';
import type { LambdaTools } from '../deps.ts';
import { functionNotFound, invalidParameter } from '../faults.ts';
import { readFunctionName } from '../function-name.ts';
import { functionsIn, requireFunction } from '../records.ts';

/** The code stays on disk until the next start: an invocation may be running from it. */
export const deleteFunction =
  ({ store }: LambdaTools): Action<typeof DeleteFunctionCommand> =>
  async (input, ctx) => {
    const name = readFunctionName(input.FunctionName, ctx, input.Qualifier);
    await requireFunction(store, ctx, name);
    if (name.qualifier !== undefined) {
      throw invalidParameter('$LATEST version cannot be deleted without deleting the function.');
    }
    if (!(await functionsIn(store).remove(ctx, name.name))) throw functionNotFound(name.arn);
    return { StatusCode: 204 };
  };
