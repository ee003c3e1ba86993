import type { Distribution, LogGroupClass } from '@aws-sdk/client-cloudwatch-logs';
import { randomInt } from 'node:crypto';
import { arn } from '../../kernel/arn.ts';
import type { Scope } from '../../kernel/scope.ts';
import type { Records, Transaction } from '../../store/store.ts';

/** Kept under its name. Instants are epoch milliseconds. */
export interface GroupRecord {
  /** What its events are kept under; another group of the same name has another. */
  readonly key: number;
  readonly name: string;
  readonly createdAt: number;
  readonly retentionInDays?: number | undefined;
  readonly groupClass: LogGroupClass;
  readonly kmsKeyId?: string | undefined;
  readonly isProtected: boolean;
  readonly tags: Readonly<Record<string, string>>;
}

/** Kept under `GROUP:NAME`, below its group. */
export interface StreamRecord {
  readonly key: number;
  readonly name: string;
  readonly createdAt: number;
  readonly firstAt?: number;
  readonly lastAt?: number;
  readonly ingestedAt?: number;
}

/** Kept under `GROUP:NAME`, below its group. */
export interface MetricFilterRecord {
  readonly name: string;
  readonly group: string;
  readonly pattern: string;
  readonly createdAt: number;
  readonly transformations: readonly Transformation[];
}

export interface Transformation {
  readonly metricName: string;
  readonly metricNamespace: string;
  /** A number, or the part of a message that holds one: `$.latency`, `$bytes`. */
  readonly metricValue: string;
  readonly defaultValue?: number | undefined;
  readonly dimensions?: Readonly<Record<string, string>> | undefined;
  readonly unit?: string | undefined;
}

/** Kept under `GROUP:NAME`, below its group. */
export interface SubscriptionFilterRecord {
  readonly name: string;
  readonly group: string;
  readonly pattern: string;
  /** The ARN of a function. */
  readonly destination: string;
  readonly distribution: Distribution;
  readonly createdAt: number;
}

/** Events on their way to the destination of one filter. */
export interface SubscriptionDelivery {
  readonly id: string;
  readonly destination: string;
  readonly filter: string;
  readonly group: string;
  readonly stream: string;
  readonly events: readonly SubscribedEvent[];
  readonly failures: number;
  readonly acceptedAt: number;
  readonly dueAt: number;
}

/** With AWS's names, as the destination reads it. */
export interface SubscribedEvent {
  readonly id: string;
  readonly timestamp: number;
  readonly message: string;
  readonly extractedFields?: Readonly<Record<string, string>>;
}

export const groupsIn = (tx: Transaction): Records<GroupRecord> => tx.records('logs_groups');
export const streamsIn = (tx: Transaction): Records<StreamRecord> => tx.records('logs_streams');
export const metricFiltersIn = (tx: Transaction): Records<MetricFilterRecord> => tx.records('logs_metric_filters');

export const subscriptionFiltersIn = (tx: Transaction): Records<SubscriptionFilterRecord> =>
  tx.records('logs_subscription_filters');
export const deliveriesIn = (tx: Transaction): Records<SubscriptionDelivery> => tx.records('logs_deliveries');

/** Names hold no colon where it matters: a group's never does. */
export const within = (group: string, name: string): string => `${group}:${name}`;

/** Random, so that what is left of a deleted group can never show in another. */
export const newKey = (): number => randomInt(1, 2 ** 47);

export const groupArn = (scope: Scope, name: string): string => arn('logs', scope, `log-group:${name}`);

export const newStream = (name: string, createdAt: number): StreamRecord => ({ key: newKey(), name, createdAt });

export const newGroup = (name: string, createdAt: number): GroupRecord => ({
  key: newKey(),
  name,
  createdAt,
  groupClass: 'STANDARD',
  isProtected: false,
  tags: {},
});
