import type * as LambdaSdk from '@aws-sdk/client-lambda';
import { createBell } from '../../kernel/bell.ts';
import { createDeliveryQueue } from '../../kernel/delivery-queue.ts';
import type { Actions, Service } from '../../wire/types.ts';
import { createAlias, deleteAlias, getAlias, listAliases, updateAlias } from './actions/aliases.ts';
import {
  deleteFunctionConcurrency,
  getAccountSettings,
  getFunctionConcurrency,
  putFunctionConcurrency,
} from './actions/concurrency.ts';
import { createFunction } from './actions/create-function.ts';
import { deleteFunction } from './actions/delete-function.ts';
import {
  deleteFunctionEventInvokeConfig,
  getFunctionEventInvokeConfig,
  listFunctionEventInvokeConfigs,
  putFunctionEventInvokeConfig,
  updateFunctionEventInvokeConfig,
} from './actions/event-invoke-configs.ts';
import { getFunction, getFunctionCodeSigningConfig, getFunctionConfiguration } from './actions/get-function.ts';
import { invoke } from './actions/invoke.ts';
import {
  deleteLayerVersion,
  getLayerVersion,
  getLayerVersionByArn,
  listLayers,
  listLayerVersions,
  publishLayerVersion,
} from './actions/layers.ts';
import { listFunctions } from './actions/list-functions.ts';
import { addPermission, getPolicy, removePermission } from './actions/permissions.ts';
import { listTags, tagResource, untagResource } from './actions/tags.ts';
import { updateFunctionCode, updateFunctionConfiguration } from './actions/update-function.ts';
import { listVersionsByFunction, publishVersion } from './actions/versions.ts';
import { createCodeStore } from './code-store.ts';
import type { LambdaDeps, LambdaTools } from './deps.ts';
import { deliveryWork } from './events/deliver.ts';
import { eventWork } from './events/perform-events.ts';
import { invalidInput } from './invalid-input.ts';
import { createConcurrency } from './invoking/concurrency.ts';
import { createMetricBuffer } from './invoking/metric-buffer.ts';
import { layerVersionsIn } from './layers.ts';
import { startLambdaLoop, type LambdaLoop } from './loop.ts';
import { codeIdsOf } from './packaging.ts';
import { functionsIn, versionsIn } from './records.ts';

/*
 * Lambda: functions in zip packages, with layers, and in images, run for real, with versions, weighted aliases, reserved
 * concurrency, and events that are tried again and tell destinations and dead-letter topics how they ended.
 *
 * Not served, and refused with an error that says so: code from S3; shared layers; queues and buckets as destinations or
 * dead letters; file systems; code signing; SnapStart; customer keys; URLs; event sources; provisioned concurrency; response
 * streaming; InvokeAsync; tenants; durable and edge functions.
 *
 * Kept and shown, without effect: the role; resource policies, since nobody is refused; VpcConfig; tracing; the format of
 * logs; architectures.
 *
 * Different from AWS: an image may come from any registry, is found or pulled while the call waits, and its CodeSha256 is
 * the Docker Engine's id of it; what a zip runs in is no container, so runtimes find layers by their search paths instead
 * of `/opt`; a function's access key id is its account's number; `Code.Location` is a file URL; an event whose function,
 * version or alias is gone is dropped; of one function at most 128 events run at once; limits of an account are AWS's
 * defaults and cannot be raised.
 */
export function lambda(deps: LambdaDeps): Service {
  const bell = createBell(deps.clock);
  const metrics = createMetricBuffer(deps.clock, deps.publish);
  const tools: LambdaTools = {
    ...deps,
    publish: metrics.publish,
    code: createCodeStore(deps.folder),
    concurrency: createConcurrency(),
    ring: () => bell.ring(),
    promise: (dues) => events.add(dues),
    deliver: (dues) => deliveries.add(dues),
  };
  const events = createDeliveryQueue(deps.clock, deps.logger, eventWork(tools));
  const deliveries = createDeliveryQueue(deps.clock, deps.logger, deliveryWork(tools));
  let loop: LambdaLoop | undefined;
  return {
    name: 'lambda',
    actions: actionsOf(tools),
    onInvalidInput: invalidInput,
    async start() {
      const records = [functionsIn(deps.store), versionsIn(deps.store)] as const;
      const used = await Promise.all(records.map((kind) => kind.everywhere()));
      const layers = (await layerVersionsIn(deps.store).everywhere()).map(({ record }) => record.code.id);
      await tools.code.removeAllBut(
        new Set([...used.flatMap((kept) => kept.flatMap(({ record }) => codeIdsOf(record))), ...layers]),
      );
      metrics.start();
      loop = startLambdaLoop(tools, bell);
      await deliveries.start();
      await events.start();
    },
    async close() {
      await events.close();
      await deliveries.close();
      await loop?.close();
      await metrics.close();
    },
  };
}

const actionsOf = (tools: LambdaTools) =>
  ({
    AddPermission: addPermission(tools),
    CreateAlias: createAlias(tools),
    CreateFunction: createFunction(tools),
    DeleteAlias: deleteAlias(tools),
    DeleteFunction: deleteFunction(tools),
    DeleteFunctionConcurrency: deleteFunctionConcurrency(tools),
    DeleteFunctionEventInvokeConfig: deleteFunctionEventInvokeConfig(tools),
    DeleteLayerVersion: deleteLayerVersion(tools),
    GetAccountSettings: getAccountSettings(tools),
    GetAlias: getAlias(tools),
    GetFunction: getFunction(tools),
    GetFunctionCodeSigningConfig: getFunctionCodeSigningConfig(tools),
    GetFunctionConcurrency: getFunctionConcurrency(tools),
    GetFunctionConfiguration: getFunctionConfiguration(tools),
    GetFunctionEventInvokeConfig: getFunctionEventInvokeConfig(tools),
    GetLayerVersion: getLayerVersion(tools),
    GetLayerVersionByArn: getLayerVersionByArn(tools),
    GetPolicy: getPolicy(tools),
    Invoke: invoke(tools),
    ListAliases: listAliases(tools),
    ListFunctionEventInvokeConfigs: listFunctionEventInvokeConfigs(tools),
    ListFunctions: listFunctions(tools),
    ListLayers: listLayers(tools),
    ListLayerVersions: listLayerVersions(tools),
    ListTags: listTags(tools),
    ListVersionsByFunction: listVersionsByFunction(tools),
    PublishLayerVersion: publishLayerVersion(tools),
    PublishVersion: publishVersion(tools),
    PutFunctionConcurrency: putFunctionConcurrency(tools),
    PutFunctionEventInvokeConfig: putFunctionEventInvokeConfig(tools),
    RemovePermission: removePermission(tools),
    TagResource: tagResource(tools),
    UntagResource: untagResource(tools),
    UpdateAlias: updateAlias(tools),
    UpdateFunctionCode: updateFunctionCode(tools),
    UpdateFunctionConfiguration: updateFunctionConfiguration(tools),
    UpdateFunctionEventInvokeConfig: updateFunctionEventInvokeConfig(tools),
  }) satisfies Actions<typeof LambdaSdk>;
