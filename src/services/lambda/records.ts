import type { Scope } from '../../kernel/scope.ts';
import type { Records, Transaction } from '../../store/store.ts';
import { functionNotFound } from './faults.ts';
import type { FunctionName } from './function-name.ts';
import type { ImageRecord, LayerUse } from './packaging.ts';

export const LATEST = '$LATEST';

/** A function as the store keeps it: its `$LATEST`. What is undefined was never given. */
export interface FunctionRecord {
  readonly name: string;
  readonly arn: string;
  readonly role: string;
  readonly runtime: string;
  readonly handler: string;
  readonly description: string;
  /** Configured seconds. */
  readonly timeout: number;
  readonly memorySize: number;
  readonly environment?: Readonly<Record<string, string>>;
  readonly code: CodeRecord;
  /** Only of a function whose package is an image; it has no runtime and no handler. */
  readonly image?: ImageRecord;
  readonly layers?: readonly LayerUse[];
  readonly architecture: 'x86_64' | 'arm64';
  readonly ephemeralStorage: number;
  readonly tracingMode: 'Active' | 'PassThrough';
  readonly logging: { readonly format: 'JSON' | 'Text'; readonly group: string };
  readonly network?: { readonly subnetIds: readonly string[]; readonly securityGroupIds: readonly string[] };
  /** ARN of the topic that gets events which cannot be processed. */
  readonly deadLetterTarget?: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Of all its versions together. */
  readonly reservedConcurrency?: number;
  readonly revisionId: string;
  readonly lastModifiedAt: number;
  readonly state: 'Pending' | 'Active';
  readonly lastUpdate: 'InProgress' | 'Successful';
}

/** A published version: the function as it was, kept under `NAME:VERSION` with the name as parent. */
export interface VersionRecord extends FunctionRecord {
  readonly version: string;
  /** Digest of what it was published from: nothing new is published while that stays. */
  readonly source: string;
}

/** The number of the newest version that a name ever had. Numbers are not used again, so it outlives the function. */
export interface VersionCounter {
  readonly newest: number;
}

/** Kept under `NAME:ALIAS`, with the function's name as parent. */
export interface AliasRecord {
  readonly name: string;
  readonly functionName: string;
  readonly arn: string;
  readonly version: string;
  readonly description: string;
  /** A second version and its share of invocations, 0 to 1. */
  readonly additional?: { readonly version: string; readonly weight: number };
  readonly revisionId: string;
}

/** Statements of one qualifier, kept under `NAME:QUALIFIER`, with the function's name as parent. */
export interface PolicyRecord {
  readonly statements: readonly (Readonly<Record<string, unknown>> & { readonly Sid: string })[];
}

/** How events of one qualifier are treated, kept under `NAME:QUALIFIER`, with the function's name as parent. */
export interface EventConfigRecord {
  readonly functionName: string;
  readonly qualifier: string;
  readonly arn: string;
  readonly maximumRetryAttempts?: number;
  /** Configured seconds. */
  readonly maximumEventAge?: number;
  /** ARNs. */
  readonly onSuccess?: string;
  readonly onFailure?: string;
  readonly lastModifiedAt: number;
}

export interface CodeRecord {
  /** Hexadecimal SHA-256 of the zip: the name it is kept under. */
  readonly id: string;
  /** Bytes of the zip. */
  readonly size: number;
  /** Bytes of its files; absent where it was kept before that was noted. */
  readonly unzippedSize?: number;
}

/** An Event invocation that was promised and is not done. */
export interface InvocationRecord {
  readonly requestId: string;
  readonly functionName: string;
  /** As the caller gave it; absent is `$LATEST`. */
  readonly qualifier?: string;
  readonly payload: string;
  /** How many attempts have failed. */
  readonly failures: number;
  /** How often in a row it could not be attempted. */
  readonly refusals: number;
  readonly acceptedAt: number;
  readonly dueAt: number;
}

/** What an event came to, on its way to a destination or a dead-letter topic. */
export interface DeliveryRecord {
  readonly id: string;
  readonly functionName: string;
  readonly qualifier?: string;
  readonly to: { readonly kind: 'destination' | 'dead-letter'; readonly arn: string };
  /** The invocation record as JSON, or the event as it came. */
  readonly body: string;
  /** Of EventBridge. */
  readonly event?: { readonly detailType: string; readonly resources: readonly string[] };
  /** Of a dead letter. */
  readonly attributes?: Readonly<Record<string, { readonly DataType: string; readonly StringValue: string }>>;
  readonly failures: number;
  readonly dueAt: number;
}

export const functionsIn = (tx: Transaction): Records<FunctionRecord> => tx.records('lambda_functions');
export const versionsIn = (tx: Transaction): Records<VersionRecord> => tx.records('lambda_versions');
export const versionCountersIn = (tx: Transaction): Records<VersionCounter> => tx.records('lambda_version_counters');
export const aliasesIn = (tx: Transaction): Records<AliasRecord> => tx.records('lambda_aliases');
export const policiesIn = (tx: Transaction): Records<PolicyRecord> => tx.records('lambda_policies');
export const eventConfigsIn = (tx: Transaction): Records<EventConfigRecord> => tx.records('lambda_event_configs');
export const invocationsIn = (tx: Transaction): Records<InvocationRecord> => tx.records('lambda_invocations');
export const deliveriesIn = (tx: Transaction): Records<DeliveryRecord> => tx.records('lambda_deliveries');

/** Where what belongs to a version or an alias is kept. */
export const qualifiedId = (name: string, qualifier: string): string => `${name}:${qualifier}`;

/** `$LATEST` of a function, which is all that can be changed. @throws ResourceNotFoundException */
export async function requireFunction(tx: Transaction, scope: Scope, name: FunctionName): Promise<FunctionRecord> {
  const isHere = name.account === scope.account && (name.qualifier ?? LATEST) === LATEST;
  const record = isHere ? await functionsIn(tx).get(scope, name.name) : undefined;
  if (!record) throw functionNotFound(name.arn);
  return record;
}
