import type * as LambdaSdk from '@aws-sdk/client-lambda';
import { createBell } from '../../kernel/bell.ts';
import type { Actions, Service } from '../../wire/types.ts';
import { createFunction } from './actions/create-function.ts';
import { deleteFunction } from './actions/delete-function.ts';
import {
  getFunction,
  getFunctionCodeSigningConfig,
  getFunctionConfiguration,
  getPolicy,
  listVersionsByFunction,
} from './actions/get-function.ts';
import { invoke } from './actions/invoke.ts';
import { listFunctions } from './actions/list-functions.ts';
import { listTags, tagResource, untagResource } from './actions/tags.ts';
import { updateFunctionCode, updateFunctionConfiguration } from './actions/update-function.ts';
import { createCodeStore } from './code-store.ts';
import type { LambdaDeps, LambdaTools } from './deps.ts';
import { invalidInput } from './invalid-input.ts';
import { startLambdaLoop, type LambdaLoop } from './loop.ts';
import { functionsIn } from './records.ts';

/*
 * Lambda: functions in zip packages, run for real.
 *
 * Not served, and refused with an error that says so: images; code from S3; versions and aliases (`$LATEST` is all there
 * is); layers; dead letters; file systems; code signing; SnapStart; customer keys; resource policies; URLs; event
 * sources; reserved concurrency; response streaming.
 *
 * Kept and shown, without effect: the role; VpcConfig; tracing; the format of logs; ephemeral storage; architectures.
 *
 * Different from AWS: a function's access key id is its account's number; `Code.Location` is a file URL; an Event
 * invocation whose function is gone is dropped.
 */
export function lambda(deps: LambdaDeps): Service {
  const bell = createBell(deps.clock);
  const tools: LambdaTools = { ...deps, code: createCodeStore(deps.folder), ring: () => bell.ring() };
  let loop: LambdaLoop | undefined;
  return {
    name: 'lambda',
    actions: actionsOf(tools),
    onInvalidInput: invalidInput,
    async start() {
      const used = (await functionsIn(deps.store).everywhere()).map(({ record }) => record.code.id);
      await tools.code.removeAllBut(new Set(used));
      loop = startLambdaLoop(tools, bell);
    },
    async close() {
      await loop?.close();
    },
  };
}

const actionsOf = (tools: LambdaTools) =>
  ({
    CreateFunction: createFunction(tools),
    DeleteFunction: deleteFunction(tools),
    GetFunction: getFunction(tools),
    GetFunctionCodeSigningConfig: getFunctionCodeSigningConfig(tools),
    GetFunctionConfiguration: getFunctionConfiguration(tools),
    GetPolicy: getPolicy(),
    Invoke: invoke(tools),
    ListFunctions: listFunctions(tools),
    ListTags: listTags(tools),
    ListVersionsByFunction: listVersionsByFunction(tools),
    TagResource: tagResource(tools),
    UntagResource: untagResource(tools),
    UpdateFunctionCode: updateFunctionCode(tools),
    UpdateFunctionConfiguration: updateFunctionConfiguration(tools),
  }) satisfies Actions<typeof LambdaSdk>;
