import { parseArn } from '../../kernel/arn.ts';
import type { Scope } from '../../kernel/scope.ts';
import type { Transaction } from '../../store/store.ts';
import { invalidParameter, noGroup, noStream } from './faults.ts';
import { groupsIn, streamsIn, within, type GroupRecord, type StreamRecord } from './records.ts';

interface Named {
  readonly logGroupName?: string | undefined;
  /** A name or an ARN. */
  readonly logGroupIdentifier?: string | undefined;
}

/** @throws {InvalidParameterException} unless exactly one of the two is given */
export function namedGroup({ logGroupName, logGroupIdentifier }: Named): string {
  if (logGroupName !== undefined && logGroupIdentifier !== undefined)
    throw invalidParameter('LogGroup name and LogGroup identifier are mutually exclusive parameters.');
  const name = logGroupName ?? logGroupIdentifier;
  if (name === undefined)
    throw invalidParameter('At least one of LogGroup name or LogGroup identifier must be specified.');
  return groupOfIdentifier(name);
}

/** The name in an ARN with or without `:*`, or the name itself. */
export function groupOfIdentifier(identifier: string): string {
  const resource = parseArn(identifier)?.resource;
  return resource === undefined ? identifier : (/^log-group:([^:]+)(?::\*)?$/.exec(resource)?.[1] ?? identifier);
}

/** @throws {ResourceNotFoundException} */
export async function requireGroup(tx: Transaction, scope: Scope, name: string): Promise<GroupRecord> {
  const group = await groupsIn(tx).get(scope, name);
  if (!group) throw noGroup();
  return group;
}

/** @throws {ResourceNotFoundException} */
export async function requireStream(tx: Transaction, scope: Scope, group: string, name: string): Promise<StreamRecord> {
  const stream = await streamsIn(tx).get(scope, within(group, name));
  if (!stream) throw noStream();
  return stream;
}
