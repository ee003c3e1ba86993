import type { UpdateFunctionCodeCommand, UpdateFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import type { Action } from '../../../wire/types.ts';
import { updateFunction, withSettings } from '../changes.ts';
import { checkDeadLetterTarget, checkEnvironment, checkSizes, refuseUnmade } from '../checks.ts';
import type { LambdaTools } from '../deps.ts';
import { refuseOtherRevision } from '../faults.ts';
import { readFunctionName } from '../function-name.ts';
import { findLayers } from '../layers.ts';
import { checkSettingsFit, takePackage, withPackage, withPackageSettings } from '../packaging.ts';
import { publishVersion } from '../publish.ts';
import { requireFunction, type FunctionRecord } from '../records.ts';
import { checkRuntime } from '../runtimes.ts';
import { shownFunction, shownVersion } from '../shown.ts';

export const updateFunctionCode =
  (tools: LambdaTools): Action<typeof UpdateFunctionCodeCommand> =>
  async (input, ctx) => {
    const current = await requireFunction(tools.store, ctx, readFunctionName(input.FunctionName, ctx));
    refuseOtherRevision(current, input.RevisionId);
    refuseUnmade(input);
    const taken = await takePackage(tools, input, current.image !== undefined);
    const change = (record: FunctionRecord): FunctionRecord => ({
      ...withPackageSettings(withPackage(record, taken), undefined, undefined),
      architecture: input.Architectures?.[0] ?? record.architecture,
    });
    if (input.DryRun) return shownFunction(change(current));
    if (!input.Publish) return shownFunction(await updateFunction(tools, ctx, current, input.RevisionId, change));
    return shownVersion(
      await updateFunction(tools, ctx, current, input.RevisionId, change, (tx, updated) =>
        publishVersion(tx, ctx, updated),
      ),
    );
  };

export const updateFunctionConfiguration =
  (tools: LambdaTools): Action<typeof UpdateFunctionConfigurationCommand> =>
  async (input, ctx) => {
    const current = await requireFunction(tools.store, ctx, readFunctionName(input.FunctionName, ctx));
    if (input.Runtime) checkRuntime(input.Runtime, tools.functions);
    refuseUnmade(input);
    checkSizes(input);
    checkSettingsFit(current.image !== undefined, input);
    const layers = await findLayers(tools.store, ctx, input.Layers);
    checkDeadLetterTarget(input.DeadLetterConfig?.TargetArn);
    checkEnvironment(input.Environment?.Variables ?? {});
    const change = (record: FunctionRecord) =>
      withPackageSettings(withSettings(record, input), input.ImageConfig, layers);
    return shownFunction(await updateFunction(tools, ctx, current, input.RevisionId, change));
  };
