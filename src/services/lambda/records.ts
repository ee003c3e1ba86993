import type { Scope } from '../../kernel/scope.ts';
import type { Records, Transaction } from '../../store/store.ts';
import { functionNotFound } from './faults.ts';
import type { FunctionName } from './function-name.ts';

/** A function as the store keeps it. What is undefined was never given. */
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
  readonly architecture: 'x86_64' | 'arm64';
  readonly ephemeralStorage: number;
  readonly tracingMode: 'Active' | 'PassThrough';
  readonly logging: { readonly format: 'JSON' | 'Text'; readonly group: string };
  readonly network?: { readonly subnetIds: readonly string[]; readonly securityGroupIds: readonly string[] };
  readonly tags: Readonly<Record<string, string>>;
  readonly revisionId: string;
  readonly lastModifiedAt: number;
  readonly state: 'Pending' | 'Active';
  readonly lastUpdate: 'InProgress' | 'Successful';
}

export interface CodeRecord {
  /** Hexadecimal SHA-256 of the zip: the name it is kept under. */
  readonly id: string;
  /** Bytes of the zip. */
  readonly size: number;
}

/** An Event invocation that was promised and is not done. */
export interface InvocationRecord {
  readonly requestId: string;
  readonly functionName: string;
  readonly payload: string;
  /** How many attempts have failed. */
  readonly failures: number;
  readonly dueAt: number;
}

export const functionsIn = (store: Transaction): Records<FunctionRecord> =>
  store.records<FunctionRecord>('lambda_functions');

export const invocationsIn = (store: Transaction): Records<InvocationRecord> =>
  store.records<InvocationRecord>('lambda_invocations');

/** @throws ResourceNotFoundException */
export async function requireFunction(store: Transaction, scope: Scope, name: FunctionName): Promise<FunctionRecord> {
  const isHere = name.account === scope.account && (name.qualifier ?? '$LATEST') === '$LATEST';
  const record = isHere ? await functionsIn(store).get(scope, name.name) : undefined;
  if (!record) throw functionNotFound(name.arn);
  return record;
}
