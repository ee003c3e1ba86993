import type {
  GetFunctionCodeSigningConfigCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  GetPolicyCommand,
  ListVersionsByFunctionCommand,
} from '@aws-sdk/client-lambda';
import type { Action } from '../../../wire/types.ts';
import type { LambdaTools } from '../deps.ts';
import { resourceNotFound } from '../faults.ts';
import { readFunctionName } from '../function-name.ts';
import { requireFunction } from '../records.ts';
import { shownFunction } from '../shown.ts';

export const getFunction =
  ({ store, code }: LambdaTools): Action<typeof GetFunctionCommand> =>
  async (input, ctx) => {
    const name = readFunctionName(input.FunctionName, ctx, input.Qualifier);
    const record = await requireFunction(store, ctx, name);
    return {
      Configuration: qualified(shownFunction(record), name.qualifier),
      Code: { RepositoryType: 'S3', Location: code.locationOf(record.code.id) },
      ...(Object.keys(record.tags).length > 0 ? { Tags: { ...record.tags } } : {}),
    };
  };

export const getFunctionConfiguration =
  ({ store }: LambdaTools): Action<typeof GetFunctionConfigurationCommand> =>
  async (input, ctx) => {
    const name = readFunctionName(input.FunctionName, ctx, input.Qualifier);
    return qualified(shownFunction(await requireFunction(store, ctx, name)), name.qualifier);
  };

/** There is `$LATEST` and nothing else. */
export const listVersionsByFunction =
  ({ store }: LambdaTools): Action<typeof ListVersionsByFunctionCommand> =>
  async (input, ctx) => {
    const record = await requireFunction(store, ctx, readFunctionName(input.FunctionName, ctx));
    return { Versions: [qualified(shownFunction(record), '$LATEST')] };
  };

export const getFunctionCodeSigningConfig =
  ({ store }: LambdaTools): Action<typeof GetFunctionCodeSigningConfigCommand> =>
  async (input, ctx) => {
    const record = await requireFunction(store, ctx, readFunctionName(input.FunctionName, ctx));
    return { FunctionName: record.name };
  };

/** No function has a policy: nothing can add a permission yet. */
export const getPolicy = (): Action<typeof GetPolicyCommand> => () => {
  throw resourceNotFound('The resource you requested does not exist.');
};

/** With a qualifier the ARN carries it. */
function qualified<T extends { FunctionArn?: string | undefined }>(shown: T, qualifier: string | undefined): T {
  return qualifier === undefined ? shown : { ...shown, FunctionArn: `${shown.FunctionArn ?? ''}:${qualifier}` };
}
