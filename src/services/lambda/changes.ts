import type * as LambdaSdk from '@aws-sdk/client-lambda';
import { newId } from '../../kernel/ids.ts';
import type { Scope } from '../../kernel/scope.ts';
import { ApiError } from '../../wire/api-error.ts';
import type { LambdaTools } from './deps.ts';
import { conflict, functionNotFound } from './faults.ts';
import { functionsIn, type FunctionRecord } from './records.ts';

/** The settings that CreateFunction and UpdateFunctionConfiguration share. */
export type Settings = Pick<
  LambdaSdk.UpdateFunctionConfigurationRequest,
  | 'Role'
  | 'Handler'
  | 'Description'
  | 'Timeout'
  | 'MemorySize'
  | 'VpcConfig'
  | 'Environment'
  | 'Runtime'
  | 'TracingConfig'
  | 'EphemeralStorage'
  | 'LoggingConfig'
>;

/** The record with the given settings; what is not given stays. */
export function withSettings(current: FunctionRecord, input: Settings): FunctionRecord {
  const { network, ...rest } = current;
  const wished = input.VpcConfig ? networkOf(input.VpcConfig) : network;
  return {
    ...rest,
    role: input.Role ?? current.role,
    runtime: input.Runtime ?? current.runtime,
    handler: input.Handler ?? current.handler,
    description: input.Description ?? current.description,
    timeout: input.Timeout ?? current.timeout,
    memorySize: input.MemorySize ?? current.memorySize,
    ...(input.Environment ? { environment: input.Environment.Variables ?? {} } : {}),
    ephemeralStorage: input.EphemeralStorage?.Size ?? current.ephemeralStorage,
    tracingMode: input.TracingConfig?.Mode ?? current.tracingMode,
    logging: {
      format: input.LoggingConfig?.LogFormat ?? current.logging.format,
      group: input.LoggingConfig?.LogGroup ?? current.logging.group,
    },
    ...(wished ? { network: wished } : {}),
  };
}

function networkOf(config: LambdaSdk.VpcConfig): FunctionRecord['network'] {
  const subnetIds = config.SubnetIds ?? [];
  return subnetIds.length > 0 ? { subnetIds, securityGroupIds: config.SecurityGroupIds ?? [] } : undefined;
}

/**
 * Changes one function as an update of its own and wakes the loop that completes it.
 *
 * @throws ResourceConflictException while another is running, PreconditionFailedException for another revision
 */
export async function updateFunction(
  tools: LambdaTools,
  scope: Scope,
  current: FunctionRecord,
  revisionId: string | undefined,
  change: (record: FunctionRecord) => FunctionRecord,
): Promise<FunctionRecord> {
  const updated = await functionsIn(tools.store).change(scope, current.name, (record) => {
    refuseBusy(record);
    refuseOtherRevision(record, revisionId);
    const lastModifiedAt = tools.clock.now().getTime();
    return { ...change(record), lastModifiedAt, revisionId: newId.uuid(), lastUpdate: 'InProgress' };
  });
  if (!updated) throw functionNotFound(current.arn);
  tools.ring();
  return updated;
}

function refuseBusy(record: FunctionRecord): void {
  const cannot = 'The operation cannot be performed at this time.';
  if (record.state === 'Pending') {
    throw conflict(`${cannot} The function is currently in the following state: Pending`);
  }
  if (record.lastUpdate === 'InProgress') {
    throw conflict(`${cannot} An update is in progress for resource: ${record.arn}`);
  }
}

export function refuseOtherRevision(record: FunctionRecord, revisionId: string | undefined): void {
  if (revisionId === undefined || revisionId === record.revisionId) return;
  throw new ApiError(
    'PreconditionFailedException',
    'The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
    412,
  );
}
