import type { ListFunctionsCommand } from '@aws-sdk/client-lambda';
import type { Action } from '../../../wire/types.ts';
import type { LambdaTools } from '../deps.ts';
import { pageOf, versionKey } from '../paging.ts';
import { functionsIn, versionsIn } from '../records.ts';
import { shownFunction, shownVersion, versionOf } from '../shown.ts';

/** With `ALL`, all versions of each. A MasterRegion is of functions at the edge, which are none here. */
export const listFunctions =
  ({ store }: LambdaTools): Action<typeof ListFunctionsCommand> =>
  async (input, ctx) => {
    const functions = await functionsIn(store).list(ctx);
    if (input.FunctionVersion !== 'ALL') {
      const { items, ...more } = pageOf(functions, ({ name }) => name, input);
      return { Functions: items.map(shownFunction), ...more };
    }
    const all = [...functions, ...(await versionsIn(store).list(ctx))];
    const { items, ...more } = pageOf(all, (record) => versionKey(record.name, versionOf(record)), input);
    return { Functions: items.map(shownVersion), ...more };
  };
