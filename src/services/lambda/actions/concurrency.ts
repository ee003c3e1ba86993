import type {
  DeleteFunctionConcurrencyCommand,
  GetAccountSettingsCommand,
  GetFunctionConcurrencyCommand,
  PutFunctionConcurrencyCommand,
} from '@aws-sdk/client-lambda';
import type { Scope } from '../../../kernel/scope.ts';
import type { Action } from '../../../wire/types.ts';
import type { LambdaTools } from '../deps.ts';
import { invalidParameter } from '../faults.ts';
import { readFunctionName, type FunctionName } from '../function-name.ts';
import { ACCOUNT_CONCURRENCY, LEAST_UNRESERVED, reservedConcurrency } from '../invoking/account-limit.ts';
import { functionsIn, requireFunction, versionsIn } from '../records.ts';

export const putFunctionConcurrency =
  ({ store }: LambdaTools): Action<typeof PutFunctionConcurrencyCommand> =>
  async (input, ctx) => {
    const name = readUnqualified(input.FunctionName, ctx);
    const { ReservedConcurrentExecutions: reserved } = input;
    await store.transaction(async (tx) => {
      await requireFunction(tx, ctx, name);
      const others = await reservedConcurrency(tx, ctx, name.name);
      if (ACCOUNT_CONCURRENCY - others - reserved < LEAST_UNRESERVED) {
        throw invalidParameter(
          `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${LEAST_UNRESERVED}].`,
        );
      }
      await functionsIn(tx).change(ctx, name.name, (record) => ({ ...record, reservedConcurrency: reserved }));
    });
    return { ReservedConcurrentExecutions: reserved };
  };

export const getFunctionConcurrency =
  ({ store }: LambdaTools): Action<typeof GetFunctionConcurrencyCommand> =>
  async (input, ctx) => {
    const { reservedConcurrency: reserved } = await requireFunction(
      store,
      ctx,
      readUnqualified(input.FunctionName, ctx),
    );
    return reserved === undefined ? {} : { ReservedConcurrentExecutions: reserved };
  };

export const deleteFunctionConcurrency =
  ({ store }: LambdaTools): Action<typeof DeleteFunctionConcurrencyCommand> =>
  async (input, ctx) => {
    const name = readUnqualified(input.FunctionName, ctx);
    await requireFunction(store, ctx, name);
    await functionsIn(store).change(ctx, name.name, ({ reservedConcurrency: _, ...record }) => record);
  };

/** Sizes in bytes; limits are AWS's defaults. Code that versions share counts once for each, as on AWS. */
export const getAccountSettings =
  ({ store }: LambdaTools): Action<typeof GetAccountSettingsCommand> =>
  async (_input, ctx) => {
    const functions = await functionsIn(store).list(ctx);
    const all = [...functions, ...(await versionsIn(store).list(ctx))];
    return {
      AccountLimit: {
        TotalCodeSize: 80_530_636_800,
        CodeSizeUnzipped: 262_144_000,
        CodeSizeZipped: 52_428_800,
        ConcurrentExecutions: ACCOUNT_CONCURRENCY,
        UnreservedConcurrentExecutions: ACCOUNT_CONCURRENCY - (await reservedConcurrency(store, ctx)),
      },
      AccountUsage: {
        TotalCodeSize: all.reduce((sum, { code }) => sum + code.size, 0),
        FunctionCount: functions.length,
      },
    };
  };

function readUnqualified(text: string, scope: Scope): FunctionName {
  const name = readFunctionName(text, scope);
  if (name.qualifier === undefined) return name;
  throw invalidParameter(
    'This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. Please specify either a function name or an unqualified function ARN.',
  );
}
