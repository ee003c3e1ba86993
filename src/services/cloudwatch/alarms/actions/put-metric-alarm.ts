import type { PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import type { Scope } from '../../../../kernel/scope.ts';
import type { Action, ActionInput } from '../../../../wire/types.ts';
import { checkedMetric, checkedStat } from '../checks/metric.ts';
import { checkedQueries } from '../checks/queries.ts';
import { checkedRule } from '../checks/threshold-rule.ts';
import { configure } from '../configure.ts';
import type { AlarmDeps } from '../deps.ts';
import { notServed, validationError } from '../faults.ts';
import type { MetricAlarmRecord } from '../records.ts';

type Input = ActionInput<typeof PutMetricAlarmCommand>;

export const putMetricAlarm =
  (deps: AlarmDeps): Action<typeof PutMetricAlarmCommand> =>
  async (input, ctx) => {
    refuseWhatIsNotServed(input);
    const source = await checkedSource(deps, ctx, input);
    const rule = checkedRule(input, source.period, source.metric?.stat);
    await configure(deps, ctx, input, 'metric', () => ({ rule, ...source }));
  };

const NOT_SERVED = [
  'EvaluationCriteria',
  'EvaluationWindow',
  'EvaluationInterval',
  'WarmUpConfiguration',
  'ActionConfiguration',
] as const satisfies readonly (keyof Input)[];

function refuseWhatIsNotServed(input: Input): void {
  for (const member of NOT_SERVED) if (input[member] !== undefined) throw notServed(`${member} of PutMetricAlarm`);
}

async function checkedSource(
  deps: AlarmDeps,
  scope: Scope,
  input: Input,
): Promise<Pick<MetricAlarmRecord, 'metric' | 'queries' | 'period'>> {
  const { MetricName: name, Metrics: metrics } = input;
  if (metrics !== undefined && metrics.length > 0) {
    for (const member of ['MetricName', 'Namespace', 'Statistic', 'ExtendedStatistic', 'Period', 'Unit'] as const)
      if (input[member] !== undefined)
        throw validationError(
          `The parameters Metrics and ${member} are mutually exclusive and you have specified both.`,
        );
    if (input.Dimensions !== undefined && input.Dimensions.length > 0)
      throw validationError(
        'The parameters Metrics and Dimensions are mutually exclusive and you have specified both.',
      );
    return checkedQueries(deps.evaluateMath, scope, metrics);
  }
  if (name === undefined)
    throw validationError(
      'PutMetricAlarm request should have one of the parameters MetricName, Metrics and EvaluationCriteria',
    );
  const metric = checkedMetric({
    namespace: input.Namespace,
    name,
    dimensions: input.Dimensions,
    period: input.Period,
    stat: requestedStat(input),
    unit: input.Unit,
  });
  return { metric, period: metric.period };
}

function requestedStat({ Statistic: plain, ExtendedStatistic: extended }: Input): string {
  if (plain !== undefined && extended !== undefined)
    throw validationError(
      'The parameters Statistic and ExtendedStatistic are mutually exclusive and you have specified both.',
    );
  const stat = plain ?? extended;
  if (stat === undefined)
    throw validationError('At least one of the parameters Statistic and ExtendedStatistic must be specified.');
  return checkedStat(stat);
}
