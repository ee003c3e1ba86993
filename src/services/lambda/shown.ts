import type { FunctionConfiguration, LastUpdateStatusReasonCode } from '@aws-sdk/client-lambda';
import { shownCodeSha256, shownPackage } from './packaging.ts';
import type { Qualified } from './qualified.ts';
import { LATEST, type FunctionRecord, type VersionRecord } from './records.ts';

/** As it was asked for: with a qualifier the ARN carries it. */
export const shownQualified = ({ record, arn }: Pick<Qualified, 'record' | 'arn'>): FunctionConfiguration => ({
  ...shownFunction(record),
  FunctionArn: arn,
});

/** With its version in the ARN, as lists of versions have it. */
export const shownVersion = (record: FunctionRecord | VersionRecord): FunctionConfiguration => ({
  ...shownFunction(record),
  FunctionArn: `${record.arn}:${versionOf(record)}`,
});

export const versionOf = (record: FunctionRecord | VersionRecord): string =>
  'version' in record ? record.version : LATEST;

/** A function as GetFunctionConfiguration shows it. */
export function shownFunction(record: FunctionRecord | VersionRecord): FunctionConfiguration {
  return {
    FunctionName: record.name,
    FunctionArn: record.arn,
    Role: record.role,
    CodeSize: record.code.size,
    Description: record.description,
    Timeout: record.timeout,
    MemorySize: record.memorySize,
    LastModified: new Date(record.lastModifiedAt).toISOString().replace('Z', '+0000'),
    CodeSha256: shownCodeSha256(record),
    Version: versionOf(record),
    ...(record.deadLetterTarget === undefined ? {} : { DeadLetterConfig: { TargetArn: record.deadLetterTarget } }),
    ...(record.network ? { VpcConfig: shownNetwork(record.network) } : {}),
    ...(record.environment ? { Environment: { Variables: { ...record.environment } } } : {}),
    TracingConfig: { Mode: record.tracingMode },
    RevisionId: record.revisionId,
    ...shownState(record),
    ...shownPackage(record),
    Architectures: [record.architecture],
    EphemeralStorage: { Size: record.ephemeralStorage },
    SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
    LoggingConfig: { LogFormat: record.logging.format, LogGroup: record.logging.group },
  };
}

/** Recorded from AWS, though the SDK's type does not know it here. */
const CREATING: string = 'Creating';
const REASON = 'The function is being created.';

function shownState({ state, lastUpdate }: FunctionRecord): FunctionConfiguration {
  if (state === 'Pending') return { State: state, StateReason: REASON, StateReasonCode: 'Creating' };
  if (lastUpdate === 'Successful') return { State: state, LastUpdateStatus: lastUpdate };
  return {
    State: state,
    LastUpdateStatus: lastUpdate,
    LastUpdateStatusReason: REASON,
    LastUpdateStatusReasonCode: CREATING as LastUpdateStatusReasonCode,
  };
}

const shownNetwork = (network: NonNullable<FunctionRecord['network']>) => ({
  SubnetIds: [...network.subnetIds],
  SecurityGroupIds: [...network.securityGroupIds],
});
