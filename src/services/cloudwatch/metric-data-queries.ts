import type { MetricDataQuery, MetricStat } from '@aws-sdk/client-cloudwatch';
import { readDimensions } from './dimensions.ts';
import { invalidCombination, notAStatistic, validationError } from './faults.ts';
import type { MathQuery } from './math/series.ts';
import type { MetricQuery } from './metric-reader.ts';
import { findStatistic } from './series/statistic.ts';
import { requirePeriod } from './time-range.ts';

export interface MetricSource {
  readonly metric: MetricQuery;
  /** Of its period. */
  readonly seconds: number;
}

/** A query of GetMetricData: a metric, or an expression. */
export interface ReadQuery extends MathQuery {
  readonly source: MetricSource | undefined;
  /** Of an expression's own period. */
  readonly seconds: number | undefined;
  readonly returned: boolean;
}

const MOST_QUERIES = 500;

/** @throws {ValidationError | InvalidParameterValue | InvalidParameterCombination} */
export function readQueries(queries: readonly MetricDataQuery[], account: string): readonly ReadQuery[] {
  if (queries.length > MOST_QUERIES)
    throw validationError(`The collection MetricDataQueries must not have a size greater than ${MOST_QUERIES}.`);
  if (queries.length === 0) throw validationError('The collection MetricDataQueries must not be empty.');
  if (new Set(queries.map(({ Id }) => Id)).size < queries.length)
    throw validationError('The values for parameter id in MetricDataQueries are not unique.');
  return queries.map((query, index) => readQuery(query, `MetricDataQueries.member.${index + 1}`, account));
}

function readQuery(query: MetricDataQuery, place: string, account: string): ReadQuery {
  const { Id: id = '', Expression: expression, MetricStat: stat, Label: label, Period: seconds } = query;
  if (!/^[a-z][a-zA-Z0-9_]*$/.test(id))
    throw validationError(
      `The value ${id} for parameter ${place}.Id is invalid: it must begin with a small letter, and hold only letters, numbers and underscores.`,
    );
  if ((expression === undefined) === (stat === undefined))
    throw expression === undefined
      ? validationError(`The parameter ${place} must have an Expression or a MetricStat.`)
      : invalidCombination(
          `The parameters ${place}.Expression and ${place}.MetricStat are mutually exclusive and you have specified both.`,
        );
  if (query.AccountId !== undefined && query.AccountId !== account)
    throw validationError(`Teal does not serve metrics of another account (${place}.AccountId) yet.`);
  if (expression !== undefined) requireServed(expression, id);
  if (seconds !== undefined) requirePeriod(seconds);
  return {
    id,
    label,
    expression,
    period: seconds === undefined ? undefined : seconds * 1000,
    seconds,
    source: stat && readSource(stat, place),
    returned: query.ReturnData ?? true,
  };
}

function readSource(stat: MetricStat, place: string): MetricSource {
  const { Namespace: namespace, MetricName: name, Dimensions: dimensions } = stat.Metric ?? {};
  if (!namespace || !name)
    throw validationError(`The parameters ${place}.MetricStat.Metric.Namespace and MetricName are required.`);
  if (!findStatistic(stat.Stat ?? '')) throw notAStatistic(stat.Stat ?? '');
  const seconds = stat.Period ?? 0;
  requirePeriod(seconds);
  const unit = stat.Unit ? { unit: stat.Unit } : {};
  return {
    seconds,
    metric: { namespace, name, dimensions: readDimensions(dimensions), stat: stat.Stat ?? '', ...unit },
  };
}

const NOT_SERVED = ['ANOMALY_DETECTION_BAND', 'INSIGHT_RULE_METRIC', 'DB_PERF_INSIGHTS', 'LAMBDA', 'SERVICE_QUOTA'];

function requireServed(expression: string, id: string): void {
  const called = NOT_SERVED.find((name) => new RegExp(`\\b${name}\\s*\\(`).test(expression));
  const what = called ?? (/^\s*SELECT\b/i.test(expression) ? 'Metrics Insights (SELECT)' : undefined);
  if (what !== undefined) throw validationError(`Error in expression '${id}': Teal does not serve ${what} yet.`);
}
