import type * as LambdaSdk from '@aws-sdk/client-lambda';
import { newId } from '../../kernel/ids.ts';
import type { Scope } from '../../kernel/scope.ts';
import type { Transaction } from '../../store/store.ts';
import type { LambdaTools } from './deps.ts';
import { conflict, functionNotFound, refuseOtherRevision } from './faults.ts';
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
  | 'DeadLetterConfig'
  | 'Environment'
  | 'Runtime'
  | 'TracingConfig'
  | 'EphemeralStorage'
  | 'LoggingConfig'
>;

/** The record with the given settings; what is not given stays. */
export function withSettings(current: FunctionRecord, input: Settings): FunctionRecord {
  const { network, deadLetterTarget, ...rest } = current;
  const wished = input.VpcConfig ? networkOf(input.VpcConfig) : network;
  // An empty ARN takes the target away.
  const deadLetters = (input.DeadLetterConfig ? input.DeadLetterConfig.TargetArn : deadLetterTarget) ?? '';
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
    ...(deadLetters === '' ? {} : { deadLetterTarget: deadLetters }),
  };
}

function networkOf(config: LambdaSdk.VpcConfig): FunctionRecord['network'] {
  const subnetIds = config.SubnetIds ?? [];
  return subnetIds.length > 0 ? { subnetIds, securityGroupIds: config.SecurityGroupIds ?? [] } : undefined;
}

/**
 * Changes one function as an update of its own and wakes the loop that completes it.
 *
 * @param andThen - what is done with the changed record in the same transaction; by default it is given back
 * @throws ResourceNotFoundException when it is gone, ResourceConflictException while another is running,
 * PreconditionFailedException for another revision
 */
export async function updateFunction(
  tools: LambdaTools,
  scope: Scope,
  current: FunctionRecord,
  revisionId: string | undefined,
  change: (record: FunctionRecord) => FunctionRecord,
  andThen: (tx: Transaction, updated: FunctionRecord) => Promise<FunctionRecord> = async (_, updated) => updated,
): Promise<FunctionRecord> {
  const lastModifiedAt = tools.clock.now().getTime();
  const shown = await tools.store.transaction(async (tx) => {
    const updated = await functionsIn(tx).change(scope, current.name, (record) => {
      // Looking at a package takes long: the function may have been deleted and made anew meanwhile.
      if ((record.image === undefined) !== (current.image === undefined)) throw functionNotFound(current.arn);
      refuseBusy(record);
      refuseOtherRevision(record, revisionId);
      return { ...change(record), lastModifiedAt, revisionId: newId.uuid(), lastUpdate: 'InProgress' };
    });
    if (!updated) throw functionNotFound(current.arn);
    return andThen(tx, updated);
  });
  tools.ring();
  return shown;
}

/** @throws ResourceConflictException while the function is created or updated */
export function refuseBusy(record: FunctionRecord): void {
  const cannot = 'The operation cannot be performed at this time.';
  if (record.state === 'Pending') {
    throw conflict(`${cannot} The function is currently in the following state: Pending`);
  }
  if (record.lastUpdate === 'InProgress') {
    throw conflict(`${cannot} An update is in progress for resource: ${record.arn}`);
  }
}
