import type { DescribeAlarmsForMetricCommand } from '@aws-sdk/client-cloudwatch';
import type { Action, ActionInput } from '../../../../wire/types.ts';
import type { AlarmDeps } from '../deps.ts';
import { alarmsByName, type MetricAlarmRecord, type MetricSource } from '../records.ts';
import { showMetric } from '../shown.ts';

type Input = ActionInput<typeof DescribeAlarmsForMetricCommand>;

/** Alarms on exactly this metric; those of metric math are not among them, as on AWS. */
export const describeAlarmsForMetric =
  ({ store }: AlarmDeps): Action<typeof DescribeAlarmsForMetricCommand> =>
  async (input, ctx) => {
    const alarms = await alarmsByName(store, ctx);
    const found = alarms.filter(
      (alarm): alarm is MetricAlarmRecord =>
        alarm.kind === 'metric' && alarm.metric !== undefined && isAsked(alarm.metric, input),
    );
    return { MetricAlarms: found.map(showMetric) };
  };

const isAsked = (metric: MetricSource, input: Input): boolean =>
  metric.namespace === input.Namespace &&
  metric.name === input.MetricName &&
  sameDimensions(metric, input.Dimensions ?? []) &&
  isOrAny(metric.stat, input.Statistic ?? input.ExtendedStatistic) &&
  isOrAny(metric.period, input.Period) &&
  isOrAny(metric.unit, input.Unit);

const isOrAny = <T>(found: T | undefined, asked: T | undefined): boolean => asked === undefined || found === asked;

const sameDimensions = ({ dimensions }: MetricSource, asked: NonNullable<Input['Dimensions']>): boolean =>
  dimensions.length === asked.length &&
  dimensions.every(({ name, value }) => asked.some(({ Name, Value }) => Name === name && Value === value));
