import type { GetMetricDataCommand, MetricDataResult } from '@aws-sdk/client-cloudwatch';
import type { Action, ActionInput } from '../../../wire/types.ts';
import { invalidNextToken, validationError } from '../faults.ts';
import { isDynamic, labelOf, type LabelContext } from '../labels.ts';
import { evaluateExpressions } from '../math/evaluate-math.ts';
import { MathError, type MathValue, type TimeSeries } from '../math/series.ts';
import type { MetricDeps } from '../metrics-deps.ts';
import { readQueries, type ReadQuery } from '../metric-data-queries.ts';
import { runSearches, type Searched } from '../search/run-searches.ts';
import { notBefore, periodsOf } from '../time-range.ts';

type Input = ActionInput<typeof GetMetricDataCommand>;

const MOST_POINTS = 100_800;

export const getMetricData =
  (deps: MetricDeps): Action<typeof GetMetricDataCommand> =>
  async (input, ctx) => {
    if (input.StartTime >= input.EndTime) throw notBefore();
    const queries = readQueries(input.MetricDataQueries, ctx.account);
    const now = deps.clock.now().getTime();
    const metrics = new Map<string, TimeSeries>();
    for (const { id, source } of queries) {
      if (!source) continue;
      const { metric, seconds } = source;
      const span = periodsOf(input.StartTime, input.EndTime, seconds, now);
      const points = await deps.reader.read(ctx, metric, span);
      metrics.set(id, { label: metric.name, period: span.period, points, of: { ...metric, seconds } });
    }
    const { values, isCut } = await inAwsWords(async () => {
      const range = { from: input.StartTime, to: input.EndTime };
      const searched = await runSearches(deps, ctx, queries, range);
      return { values: evaluate(queries, metrics, searched, input, now), isCut: searched.isCut };
    });
    const context = { account: ctx.account, region: ctx.region, timezone: input.LabelOptions?.Timezone };
    const results = queries
      .filter(({ returned }) => returned)
      .flatMap((query) => resultsOf(query, values.get(query.id), context));
    return { ...page(results, input), Messages: isCut ? [TOO_MANY_FOUND] : [] };
  };

/** Code and words are assumed, after the example in the API Reference, MessageData. */
const TOO_MANY_FOUND = { Code: 'MaxMetricsExceeded', Value: 'Maximum number of allowed metrics exceeded' };

async function inAwsWords<R>(work: () => Promise<R>): Promise<R> {
  try {
    return await work();
  } catch (cause) {
    throw cause instanceof MathError ? validationError(cause.message) : cause;
  }
}

function evaluate(
  queries: readonly ReadQuery[],
  metrics: ReadonlyMap<string, TimeSeries>,
  searched: Searched,
  { StartTime: start, EndTime: end }: Input,
  now: number,
): ReadonlyMap<string, MathValue> {
  const finest = Math.min(...queries.map(({ source, seconds }) => source?.seconds ?? seconds ?? Infinity));
  const span = periodsOf(start, end, Number.isFinite(finest) ? finest : 60, now);
  // Labels come last, for some of them say what the values are.
  const unlabelled = queries.map((query) => ({ ...query, label: undefined }));
  return evaluateExpressions(unlabelled, metrics, span, searched.series);
}

interface Result {
  readonly id: string;
  readonly label: string;
  readonly points: TimeSeries['points'];
}

function resultsOf(query: ReadQuery, value: MathValue | undefined, context: LabelContext): readonly Result[] {
  const { id, label, expression } = query;
  const result = (series: TimeSeries, plain: string): Result => ({
    id,
    label: isDynamic(label) ? labelOf(label, series, context) : plain,
    points: series.points,
  });
  if (value?.kind === 'series') return [result(value.series, label ?? value.series.label)];
  if (value?.kind === 'array')
    return value.all.map((one) => result(one, label === undefined ? one.label : `${label} ${one.label}`));
  throw validationError(
    `Error in expression '${id}': ${expression ?? ''} gives a number, and what is returned must be a time series`,
  );
}

/** As many points as are asked for, taken from one result after the other; the token counts those that were given. */
function page(results: readonly Result[], input: Input) {
  const before = input.NextToken === undefined ? 0 : readToken(input.NextToken);
  const most = Math.min(input.MaxDatapoints ?? MOST_POINTS, MOST_POINTS);
  const isAscending = input.ScanBy === 'TimestampAscending';
  let [skip, left] = [before, most];
  const shown = results.map(({ id, label, points }): MetricDataResult => {
    const ordered = isAscending ? points : [...points].reverse();
    const from = Math.min(skip, ordered.length);
    const given = ordered.slice(from, from + left);
    skip -= from;
    left -= given.length;
    return {
      Id: id,
      Label: label,
      Timestamps: given.map(({ at }) => new Date(at)),
      Values: given.map(({ value }) => value),
      StatusCode: from + given.length < ordered.length ? 'PartialData' : 'Complete',
    };
  });
  const total = results.reduce((sum, { points }) => sum + points.length, 0);
  const next = before + most;
  return { MetricDataResults: shown, ...(next < total && { NextToken: writeToken(next) }) };
}

const writeToken = (given: number): string => Buffer.from(`points:${given}`).toString('base64url');

function readToken(token: string): number {
  const read = /^points:(\d{1,15})$/.exec(Buffer.from(token, 'base64url').toString());
  if (!read) throw invalidNextToken();
  return Number(read[1]);
}
