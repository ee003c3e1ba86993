import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import type { Scope } from '../../../../kernel/scope.ts';
import type { EvaluateMath } from '../deps.ts';
import { notServed, validationError } from '../faults.ts';
import { MathError } from '../../math/series.ts';
import type { QueryRecord } from '../records.ts';
import { checkedMetric, checkedPeriod } from './metric.ts';

const MOST_METRICS = 10;
/** Where neither a metric nor the expression names one. Source: AWS, "Using metric math". */
const USUAL_PERIOD = 300;

export interface CheckedQueries {
  readonly queries: readonly QueryRecord[];
  /** Configured seconds. */
  readonly period: number;
}

/**
 * The queries of a metric math alarm.
 *
 * @throws ValidationError in AWS's words. Source: spec/platform §12.6
 */
export async function checkedQueries(
  evaluateMath: EvaluateMath,
  scope: Scope,
  input: readonly MetricDataQuery[],
): Promise<CheckedQueries> {
  const queries = input.map((query) => checkedQuery(scope, query));
  const ids = new Set(queries.map(({ id }) => id));
  if (ids.size < queries.length)
    throw validationError('The values for parameter id in MetricDataQueries are not unique.');
  const metrics = queries.flatMap(({ metric }) => metric ?? []);
  if (metrics.length > MOST_METRICS) throw validationError(`Too many metrics in alarm, maximum is ${MOST_METRICS}`);
  const [returned, ...others] = queries.filter(({ returnData }) => returnData);
  if (!returned || others.length > 0)
    throw validationError('Exactly one element of the metrics list should return data.');
  if (new Set(metrics.map(({ period }) => period)).size > 1)
    throw validationError('All metrics in a metric math alarm must have the same period.');
  await tryMath(evaluateMath, queries, returned);
  return { queries, period: metrics[0]?.period ?? returned.period ?? USUAL_PERIOD };
}

function checkedQuery(scope: Scope, query: MetricDataQuery): QueryRecord {
  const { Id: id = '', MetricStat: stat, Expression: expression, AccountId: account } = query;
  if (!/^[a-z][a-zA-Z0-9_]*$/.test(id))
    throw validationError(
      `The value ${id} for parameter Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$.`,
    );
  if (stat && expression !== undefined)
    throw validationError(
      'The parameters MetricDataQuery Expression and MetricStat are mutually exclusive and you have specified both.',
    );
  if (!stat && expression === undefined)
    throw validationError('Either MetricDataQuery Expression or MetricStat must be specified.');
  if (account !== undefined && account !== scope.account) throw notServed('metrics of other accounts in alarms');
  return {
    id,
    ...(stat && {
      metric: checkedMetric({
        namespace: stat.Metric?.Namespace,
        name: stat.Metric?.MetricName,
        dimensions: stat.Metric?.Dimensions,
        period: stat.Period,
        stat: stat.Stat ?? '',
        unit: stat.Unit,
      }),
    }),
    ...(expression !== undefined && { expression }),
    ...(query.Label !== undefined && { label: query.Label }),
    ...(query.Period !== undefined && { period: checkedPeriod(query.Period) }),
    returnData: query.ReturnData ?? true,
  };
}

/** Evaluates once over no data: what cannot be parsed, or gives no single time series, is refused before it is kept. */
async function tryMath(
  evaluateMath: EvaluateMath,
  queries: readonly QueryRecord[],
  returned: QueryRecord,
): Promise<void> {
  if (queries.some(({ expression }) => /\b(?:SEARCH|SELECT)\b/.test(expression ?? '')))
    throw validationError('SEARCH is not supported on Metric Alarms.');
  if (returned.metric) return;
  const nothing = async (id: string) => ({ label: id, period: 60_000, points: [] });
  try {
    const asked = queries.map(({ id, expression, label }) => ({ id, expression, label, period: 60_000 }));
    const value = (await evaluateMath(asked, nothing, { from: 0, to: 60_000 })).get(returned.id);
    if (value?.kind === 'array')
      throw validationError(`The expression '${returned.id}' must give a single time series.`);
  } catch (cause) {
    if (cause instanceof MathError) throw validationError(cause.message);
    throw cause;
  }
}
