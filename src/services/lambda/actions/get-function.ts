import type {
  GetFunctionCodeSigningConfigCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import type { Action } from '../../../wire/types.ts';
import type { LambdaTools } from '../deps.ts';
import { readFunctionName } from '../function-name.ts';
import { shownLocation } from '../packaging.ts';
import { requireQualified } from '../qualified.ts';
import { requireFunction } from '../records.ts';
import { shownQualified } from '../shown.ts';

/** Tags and concurrency are the function's, whichever version is asked for. */
export const getFunction =
  ({ store, code }: LambdaTools): Action<typeof GetFunctionCommand> =>
  async (input, ctx) => {
    const found = await requireQualified(store, ctx, readFunctionName(input.FunctionName, ctx, input.Qualifier));
    const { tags, reservedConcurrency } = found.latest;
    return {
      Configuration: shownQualified(found),
      Code: shownLocation({ code }, found.record),
      ...(Object.keys(tags).length > 0 ? { Tags: { ...tags } } : {}),
      ...(reservedConcurrency === undefined
        ? {}
        : { Concurrency: { ReservedConcurrentExecutions: reservedConcurrency } }),
    };
  };

export const getFunctionConfiguration =
  ({ store }: LambdaTools): Action<typeof GetFunctionConfigurationCommand> =>
  async (input, ctx) => {
    const name = readFunctionName(input.FunctionName, ctx, input.Qualifier);
    return shownQualified(await requireQualified(store, ctx, name));
  };

export const getFunctionCodeSigningConfig =
  ({ store }: LambdaTools): Action<typeof GetFunctionCodeSigningConfigCommand> =>
  async (input, ctx) => {
    const record = await requireFunction(store, ctx, readFunctionName(input.FunctionName, ctx));
    return { FunctionName: record.name };
  };
