import type { Scope } from '../../../kernel/scope.ts';
import type { Records, Transaction } from '../../../store/store.ts';

export type StateValue = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

export interface AlarmState {
  readonly value: StateValue;
  readonly reason: string;
  /** JSON. */
  readonly reasonData?: string;
  readonly updatedAt: number;
  /** When the value last became another one. */
  readonly transitionedAt: number;
}

/** Something that a change of state asks for and that is not done yet. */
export interface PendingWork {
  readonly id: string;
  /** The ARN of an action, or `event` for the event bus. */
  readonly target: string;
  /** How often it was begun. */
  readonly attempts: number;
  readonly from: AlarmState;
  readonly to: AlarmState;
}

interface AnyAlarm {
  readonly name: string;
  readonly arn: string;
  readonly description?: string;
  readonly actionsEnabled: boolean;
  readonly okActions: readonly string[];
  readonly alarmActions: readonly string[];
  readonly insufficientDataActions: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly configuredAt: number;
  readonly state: AlarmState;
  /** SetAlarmState gave the state, and nothing was evaluated since. */
  readonly isSetByHand: boolean;
  /** How many items its history ever had. */
  readonly historyCount: number;
  readonly pending: readonly PendingWork[];
}

/** One metric as one statistic. */
export interface MetricSource {
  readonly namespace: string;
  readonly name: string;
  /** In the order they were given. */
  readonly dimensions: readonly { readonly name: string; readonly value: string }[];
  /** Configured seconds. */
  readonly period: number;
  readonly stat: string;
  readonly unit?: string;
}

/** One of the queries of a metric math alarm. */
export interface QueryRecord {
  readonly id: string;
  readonly metric?: MetricSource;
  readonly expression?: string;
  readonly label?: string;
  /** Configured seconds, where it was given beside the metric. */
  readonly period?: number;
  readonly returnData: boolean;
}

export type Comparison =
  'GreaterThanOrEqualToThreshold' | 'GreaterThanThreshold' | 'LessThanThreshold' | 'LessThanOrEqualToThreshold';

export type MissingData = 'breaching' | 'notBreaching' | 'ignore' | 'missing';

/** What a series of points is held against. */
export interface ThresholdRule {
  readonly evaluationPeriods: number;
  /** By default all of the evaluation periods. */
  readonly datapointsToAlarm?: number;
  readonly comparison: Comparison;
  readonly threshold: number;
  /** By default `missing`. */
  readonly treatMissingData?: MissingData;
  /** By default `evaluate`. */
  readonly lowSamples?: 'evaluate' | 'ignore';
}

export interface MetricAlarmRecord extends AnyAlarm {
  readonly kind: 'metric';
  readonly rule: ThresholdRule;
  /** Configured seconds. */
  readonly period: number;
  readonly metric?: MetricSource;
  /** In place of `metric`. */
  readonly queries?: readonly QueryRecord[];
}

/** An alarm that keeps a composite one from acting. */
export interface Suppressor {
  /** Name or ARN, as it was given. */
  readonly alarm: string;
  /** Configured seconds that actions wait for it to go into ALARM. */
  readonly waitPeriod: number;
  /** Configured seconds that actions wait after it has left ALARM. */
  readonly extensionPeriod: number;
}

/** Actions that a change of state asked for and that are held back. */
export interface Withheld {
  readonly by: 'Alarm' | 'ExtensionPeriod' | 'WaitPeriod';
  /** Epoch milliseconds; missing while the suppressor is in ALARM. */
  readonly until?: number;
  readonly works: readonly PendingWork[];
}

export interface CompositeAlarmRecord extends AnyAlarm {
  readonly kind: 'composite';
  readonly expression: string;
  readonly suppressor?: Suppressor;
  readonly withheld?: Withheld;
  /** When the alarms that it names had last changed, as of its last evaluation. */
  readonly seen?: Readonly<Record<string, number>>;
  /** How it came to the configuration that is not evaluated yet. */
  readonly fresh?: 'created' | 'updated';
}

export type AlarmRecord = MetricAlarmRecord | CompositeAlarmRecord;

export const alarmsIn = (store: Transaction): Records<AlarmRecord> => store.records<AlarmRecord>('cloudwatch_alarms');

/** Alarms by their name, in the order that pages have them. */
export const alarmsByName = async (store: Transaction, scope: Scope): Promise<readonly AlarmRecord[]> =>
  (await alarmsIn(store).list(scope)).sort((a, b) => (a.name < b.name ? -1 : 1));
