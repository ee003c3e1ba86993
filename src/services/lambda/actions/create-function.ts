import type { CreateFunctionCommand } from '@aws-sdk/client-lambda';
import { newId } from '../../../kernel/ids.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { DuplicateRecord } from '../../../store/store.ts';
import type { Action, ActionInput } from '../../../wire/types.ts';
import { withSettings } from '../changes.ts';
import { checkDeadLetterTarget, checkEnvironment, checkSizes, refuseUnmade } from '../checks.ts';
import type { LambdaTools } from '../deps.ts';
import { conflict, functionNotFound, invalidParameter } from '../faults.ts';
import { functionArn, readFunctionName } from '../function-name.ts';
import { findLayers } from '../layers.ts';
import { checkSettingsFit, takePackage, withPackage, withPackageSettings } from '../packaging.ts';
import { publishVersion } from '../publish.ts';
import { functionsIn, type CodeRecord, type FunctionRecord, type VersionRecord } from '../records.ts';
import { checkRuntime } from '../runtimes.ts';
import { shownFunction, shownVersion } from '../shown.ts';

type Input = ActionInput<typeof CreateFunctionCommand>;

export const createFunction =
  (tools: LambdaTools): Action<typeof CreateFunctionCommand> =>
  async (input, ctx) => {
    const { name, account, arn } = readFunctionName(input.FunctionName, ctx);
    if (account !== ctx.account) throw functionNotFound(arn);
    if (name.length > 64) throw tooLong(name);
    check(input, tools);
    const layers = await findLayers(tools.store, ctx, input.Layers);
    if (await functionsIn(tools.store).get(ctx, name)) throw alreadyExists(name);
    const taken = await takePackage(tools, input.Code, isImage(input));
    const plain = withPackage(newRecord(input, name, ctx, taken.code, tools.clock.now().getTime()), taken);
    const record = withPackageSettings(plain, input.ImageConfig, layers);
    let version: VersionRecord | undefined;
    try {
      version = await tools.store.transaction(async (tx) => {
        await functionsIn(tx).insert(ctx, name, record);
        return input.Publish ? publishVersion(tx, ctx, record) : undefined;
      });
    } catch (error) {
      if (error instanceof DuplicateRecord) throw alreadyExists(name);
      throw error;
    }
    tools.ring();
    return version ? shownVersion(version) : shownFunction(record);
  };

const isImage = (input: Input): boolean => input.PackageType === 'Image';

function check(input: Input, { functions }: LambdaTools): void {
  checkSettingsFit(isImage(input), input);
  if (!isImage(input)) {
    if (!input.Runtime || !input.Handler) {
      throw invalidParameter(
        'Runtime and Handler are mandatory parameters for functions created with deployment packages.',
      );
    }
    checkRuntime(input.Runtime, functions);
  }
  refuseUnmade(input);
  refuseUnmade(input.Code);
  checkSizes(input);
  checkDeadLetterTarget(input.DeadLetterConfig?.TargetArn);
  checkEnvironment(input.Environment?.Variables ?? {});
}

function newRecord(input: Input, name: string, scope: Scope, code: CodeRecord, now: number): FunctionRecord {
  const plain: FunctionRecord = {
    name,
    arn: functionArn(scope, name),
    role: input.Role,
    runtime: '',
    handler: '',
    description: '',
    timeout: 3,
    memorySize: 128,
    code,
    architecture: input.Architectures?.[0] ?? 'x86_64',
    ephemeralStorage: 512,
    tracingMode: 'PassThrough',
    logging: { format: 'Text', group: `/aws/lambda/${name}` },
    tags: input.Tags ?? {},
    revisionId: newId.uuid(),
    lastModifiedAt: now,
    state: 'Pending',
    lastUpdate: 'Successful',
  };
  return withSettings(plain, input);
}

const alreadyExists = (name: string) => conflict(`Function already exist: ${name}`);

const tooLong = (name: string) =>
  invalidParameter(
    `1 validation error detected: Value '${name}' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to 64`,
  );
