import type { FunctionConfiguration, LastUpdateStatusReasonCode, Runtime } from '@aws-sdk/client-lambda';
import { shownSha256 } from './code-store.ts';
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
    Runtime: record.runtime as Runtime,
    Role: record.role,
    Handler: record.handler,
    CodeSize: record.code.size,
    Description: record.description,
    Timeout: record.timeout,
    MemorySize: record.memorySize,
    LastModified: new Date(record.lastModifiedAt).toISOString().replace('Z', '+0000'),
    CodeSha256: shownSha256(record.code.id),
    Version: versionOf(record),
    ...(record.deadLetterTarget === undefined ? {} : { DeadLetterConfig: { TargetArn: record.deadLetterTarget } }),
    ...(record.network ? { VpcConfig: shownNetwork(record.network) } : {}),
    ...(record.environment ? { Environment: { Variables: { ...record.environment } } } : {}),
    TracingConfig: { Mode: record.tracingMode },
    RevisionId: record.revisionId,
    ...shownState(record),
    PackageType: 'Zip',
    Architectures: [record.architecture],
    EphemeralStorage: { Size: record.ephemeralStorage },
    SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
    RuntimeVersionConfig: { RuntimeVersionArn: runtimeVersionArn(record) },
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

/** The ARN form is AWS's; the digest stands for this machine's own runtime of that name. */
const runtimeVersionArn = ({ arn, runtime }: FunctionRecord): string =>
  `arn:aws:lambda:${arn.split(':')[3] ?? ''}::runtime:${Buffer.from(runtime).toString('hex').padEnd(64, '0').slice(0, 64)}`;
