import type { GetMetricDataCommand, MetricDataResult } from '@aws-sdk/client-cloudwatch';
import type { Action, ActionInput } from '../../../wire/types.ts';
import { invalidNextToken, validationError } from '../faults.ts';
import { evaluateExpressions } from '../math/evaluate-math.ts';
import { MathError, type MathValue, type TimeSeries } from '../math/series.ts';
import type { MetricDeps } from '../metrics-deps.ts';
import { readQueries, type ReadQuery } from '../metric-data-queries.ts';
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
    for (const { id, label, source } of queries) {
      if (!source) continue;
      const span = periodsOf(input.StartTime, input.EndTime, source.seconds, now);
      const points = await deps.reader.read(ctx, source.metric, span);
      metrics.set(id, { label: label ?? source.metric.name, period: span.period, points });
    }
    const values = evaluate(queries, metrics, input, now);
    const results = queries
      .filter(({ returned }) => returned)
      .flatMap((query) => resultsOf(query, values.get(query.id)));
    return page(results, input);
  };

function evaluate(
  queries: readonly ReadQuery[],
  metrics: ReadonlyMap<string, TimeSeries>,
  { StartTime: start, EndTime: end }: Input,
  now: number,
): ReadonlyMap<string, MathValue> {
  const finest = Math.min(...queries.map(({ source, seconds }) => source?.seconds ?? seconds ?? Infinity));
  const span = periodsOf(start, end, Number.isFinite(finest) ? finest : 60, now);
  try {
    return evaluateExpressions(queries, metrics, span);
  } catch (cause) {
    throw cause instanceof MathError ? validationError(cause.message) : cause;
  }
}

interface Result {
  readonly id: string;
  readonly label: string;
  readonly points: TimeSeries['points'];
}

function resultsOf({ id, expression }: ReadQuery, value: MathValue | undefined): readonly Result[] {
  if (value?.kind === 'series') return [{ id, label: value.series.label, points: value.series.points }];
  if (value?.kind === 'array') return value.all.map(({ label, points }) => ({ id, label, points }));
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
  return { MetricDataResults: shown, Messages: [], ...(next < total && { NextToken: writeToken(next) }) };
}

const writeToken = (given: number): string => Buffer.from(`points:${given}`).toString('base64url');

function readToken(token: string): number {
  const read = /^points:(\d{1,15})$/.exec(Buffer.from(token, 'base64url').toString());
  if (!read) throw invalidNextToken();
  return Number(read[1]);
}
