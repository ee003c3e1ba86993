import type { Scope } from '../kernel/scope.ts';
import { millis, seconds, type Millis } from '../kernel/span.ts';
import type { AwsClients } from './clients.ts';

export interface AlarmView {
  readonly name: string;
  readonly isActive: boolean;
  /** How much of the past the alarm looks at; nothing for a composite one. */
  readonly looksBack: Millis;
}

/** CloudWatch alarms as the rolling update sees them. */
export interface DeploymentAlarms {
  /** Those of the names that exist. */
  read(scope: Scope, names: readonly string[]): Promise<readonly AlarmView[]>;
}

/** Alarms reached with SDK clients. */
export const createDeploymentAlarms = (clients: Pick<AwsClients, 'cloudwatch'>): DeploymentAlarms => ({
  async read(scope, names) {
    if (names.length === 0) return [];
    const { DescribeAlarmsCommand } = await import('@aws-sdk/client-cloudwatch');
    const { MetricAlarms = [], CompositeAlarms = [] } = await (
      await clients.cloudwatch(scope)
    ).send(new DescribeAlarmsCommand({ AlarmNames: [...names], AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] }));
    return [
      ...MetricAlarms.map(({ AlarmName = '', StateValue, Period = 60, EvaluationPeriods = 1 }) => ({
        name: AlarmName,
        isActive: StateValue === 'ALARM',
        looksBack: seconds(Period * EvaluationPeriods),
      })),
      ...CompositeAlarms.map(({ AlarmName = '', StateValue }) => ({
        name: AlarmName,
        isActive: StateValue === 'ALARM',
        looksBack: millis(0),
      })),
    ];
  },
});
