import type { Target } from '@aws-sdk/client-eventbridge';
import { arn, parseArn } from '../../kernel/arn.ts';
import type { Scope } from '../../kernel/scope.ts';
import type { Records, Transaction } from '../../store/store.ts';
import { noBus, noRule } from './faults.ts';

export const DEFAULT_BUS = 'default';

/** Kept under its name; the default bus is there without a record, too. */
export interface BusRecord {
  readonly name: string;
  readonly arn: string;
  readonly description?: string;
  /** JSON. */
  readonly policy?: string;
  readonly kmsKeyIdentifier?: string;
  readonly deadLetterQueue?: string;
  /** The default bus has no such time. */
  readonly createdAt?: number;
  readonly changedAt?: number;
}

/** A target as it was put; members that have no effect are kept. */
export type TargetRecord = Target & { readonly Id: string; readonly Arn: string };

/** Kept under `bus/name`, with the bus as parent. */
export interface RuleRecord {
  readonly bus: string;
  readonly name: string;
  readonly arn: string;
  readonly pattern?: string;
  readonly schedule?: string;
  /** When the schedule began, or was last due: what the next time is counted from. */
  readonly scheduledFrom?: number;
  readonly isEnabled: boolean;
  readonly description?: string;
  readonly roleArn?: string;
  readonly targets: readonly TargetRecord[];
}

/** An event as its targets read it. */
export interface EventEnvelope {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** Whole seconds, such as `2026-01-02T03:04:05Z`. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/** An event on its way to one target of one rule. */
export interface DeliveryRecord {
  readonly id: string;
  readonly ruleName: string;
  readonly ruleArn: string;
  readonly target: TargetRecord;
  readonly event: EventEnvelope;
  /** What the target gets: the event, or what the target's input makes of it. JSON. */
  readonly body: string;
  /** Whether the event came from another bus; it does not go on to a third. */
  readonly isForwarded: boolean;
  /** Why it goes to the target's dead letters, once it does. */
  readonly gaveUp?: GaveUp;
  readonly failures: number;
  readonly acceptedAt: number;
  readonly dueAt: number;
}

/** Source: EventBridge User Guide, dead-letter queues: what their messages say. */
export interface GaveUp {
  readonly code: string;
  readonly why: string;
  readonly retries: number;
  /** Absent for what was not tried again. */
  readonly exhausted?: 'MaximumRetryAttempts' | 'MaximumEventAgeInSeconds';
}

interface TagsRecord {
  readonly tags: readonly { readonly Key: string; readonly Value: string }[];
}

export const busesIn = (tx: Transaction): Records<BusRecord> => tx.records<BusRecord>('events_buses');
export const rulesIn = (tx: Transaction): Records<RuleRecord> => tx.records<RuleRecord>('events_rules');
export const deliveriesIn = (tx: Transaction): Records<DeliveryRecord> =>
  tx.records<DeliveryRecord>('events_deliveries');
/** Under the resource's ARN. */
export const tagsIn = (tx: Transaction): Records<TagsRecord> => tx.records<TagsRecord>('resource_tags');

export const busArn = (scope: Scope, name: string): string => arn('events', scope, `event-bus/${name}`);

export const ruleId = (bus: string, name: string): string => `${bus}/${name}`;

/** @param given - a name or an ARN; absent is the default bus */
export function busName(given: string | undefined): string {
  if (given === undefined) return DEFAULT_BUS;
  return parseArn(given)?.resource.replace(/^event-bus\//, '') ?? given;
}

/** @throws ResourceNotFoundException */
export async function busNamed(tx: Transaction, scope: Scope, given: string | undefined): Promise<BusRecord> {
  const name = await requireBus(tx, scope, given);
  return (await busesIn(tx).get(scope, name)) ?? { name, arn: busArn(scope, name) };
}

/** @returns the bus's name @throws ResourceNotFoundException */
export async function requireBus(tx: Transaction, scope: Scope, given: string | undefined): Promise<string> {
  const name = busName(given);
  if (name !== DEFAULT_BUS && !(await busesIn(tx).get(scope, name))) throw noBus(name);
  return name;
}

/** @throws ResourceNotFoundException */
export async function requireRule(
  tx: Transaction,
  scope: Scope,
  name: string,
  bus: string | undefined,
): Promise<RuleRecord> {
  const on = await requireBus(tx, scope, bus);
  const rule = await rulesIn(tx).get(scope, ruleId(on, name));
  if (!rule) throw noRule(name, on);
  return rule;
}

/** Changes a rule as one transaction. @throws ResourceNotFoundException, and what `change` throws */
export async function changeRule(
  tx: Transaction,
  scope: Scope,
  name: string,
  bus: string | undefined,
  change: (rule: RuleRecord) => RuleRecord,
): Promise<void> {
  const rule = await requireRule(tx, scope, name, bus);
  if (!(await rulesIn(tx).change(scope, ruleId(rule.bus, name), change))) throw noRule(name, rule.bus);
}
