import type { UpdateFunctionCodeCommand, UpdateFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import type { Action } from '../../../wire/types.ts';
import { refuseOtherRevision, updateFunction, withSettings } from '../changes.ts';
import { checkEnvironment, checkSizes, refuseUnmade, requireZip } from '../checks.ts';
import type { LambdaTools } from '../deps.ts';
import { readFunctionName } from '../function-name.ts';
import { requireFunction, type FunctionRecord } from '../records.ts';
import { checkRuntime } from '../runtimes.ts';
import { shownFunction } from '../shown.ts';

export const updateFunctionCode =
  (tools: LambdaTools): Action<typeof UpdateFunctionCodeCommand> =>
  async (input, ctx) => {
    const current = await requireFunction(tools.store, ctx, readFunctionName(input.FunctionName, ctx));
    refuseOtherRevision(current, input.RevisionId);
    refuseUnmade(input);
    const code = await tools.code.keep(requireZip(input));
    const change = (record: FunctionRecord): FunctionRecord => ({
      ...record,
      code,
      architecture: input.Architectures?.[0] ?? record.architecture,
    });
    if (input.DryRun) return shownFunction(change(current));
    return shownFunction(await updateFunction(tools, ctx, current, input.RevisionId, change));
  };

export const updateFunctionConfiguration =
  (tools: LambdaTools): Action<typeof UpdateFunctionConfigurationCommand> =>
  async (input, ctx) => {
    const current = await requireFunction(tools.store, ctx, readFunctionName(input.FunctionName, ctx));
    if (input.Runtime) checkRuntime(input.Runtime, tools.functions);
    refuseUnmade(input);
    checkSizes(input);
    checkEnvironment(input.Environment?.Variables ?? {});
    const change = (record: FunctionRecord) => withSettings(record, input);
    return shownFunction(await updateFunction(tools, ctx, current, input.RevisionId, change));
  };
