import type { Scope } from '../../../kernel/scope.ts';
import { notAStatistic } from '../faults.ts';
import { parse, type Expression } from '../math/parse.ts';
import { MathError, searchKey, type MathQuery, type TimeSeries } from '../math/series.ts';
import type { MetricDeps } from '../metrics-deps.ts';
import { findStatistic } from '../series/statistic.ts';
import { periodsOf, requirePeriod } from '../time-range.ts';
import { findMetrics, type FoundMetric } from './find-metrics.ts';

/** Of one search. Source: CloudWatch User Guide, "Using search expressions". */
const MOST_FOUND = 500;
const USUAL_PERIOD = 300;

export interface Searched {
  /** What each search found, by `searchKey`. */
  readonly series: ReadonlyMap<string, readonly TimeSeries[]>;
  /** Whether one found more than is given. */
  readonly isCut: boolean;
}

interface Call {
  readonly id: string;
  readonly arguments: readonly Expression[];
}

/**
 * Looks for the metrics of every SEARCH among the queries, and reads them.
 *
 * @throws {MathError | InvalidParameterValue}
 */
export async function runSearches(
  deps: MetricDeps,
  scope: Scope,
  queries: readonly MathQuery[],
  { from, to }: { readonly from: Date; readonly to: Date },
): Promise<Searched> {
  const now = deps.clock.now().getTime();
  const series = new Map<string, readonly TimeSeries[]>();
  let isCut = false;
  for (const call of queries.flatMap(callsOf)) {
    const { text, stat, period } = argumentsOf(call);
    const key = searchKey(text, stat, period);
    if (series.has(key)) continue;
    const seconds = period ?? USUAL_PERIOD;
    requirePeriod(seconds);
    if (!findStatistic(stat)) throw notAStatistic(stat);
    const all = await inWords(call.id, () => findMetrics(deps.store, scope, text, now));
    const found = all.slice(0, MOST_FOUND);
    isCut ||= found.length < all.length;
    const span = periodsOf(from, to, seconds, now);
    const points = await deps.reader.readAll(
      scope,
      found.map((metric) => ({ ...metric, stat })),
      span,
    );
    const labels = labelsOf(found);
    series.set(
      key,
      found.map((metric, index) => ({
        label: labels[index] ?? metric.name,
        period: span.period,
        points: points[index] ?? [],
        of: { ...metric, stat, seconds },
      })),
    );
  }
  return { series, isCut };
}

function callsOf({ id, expression }: MathQuery): readonly Call[] {
  if (expression === undefined || !/\bSEARCH\b/.test(expression)) return [];
  const calls: Call[] = [];
  const visit = (part: Expression): void => {
    if (part.kind === 'call' && part.name === 'SEARCH') calls.push({ id, arguments: part.arguments });
    else if (part.kind === 'call') part.arguments.forEach(visit);
    else if (part.kind === 'list') part.items.forEach(visit);
    else if (part.kind === 'negative') visit(part.of);
    else if (part.kind === 'binary') [part.left, part.right].forEach(visit);
  };
  visit(withWords(id, () => parse(expression)));
  return calls;
}

function argumentsOf({ id, arguments: [text, stat, period, ...others] }: Call) {
  if (text?.kind !== 'text' || stat?.kind !== 'text' || others.length > 0)
    throw new MathError(id, "SEARCH takes a search and a statistic in quotes, and a period: SEARCH('x', 'Sum', 60)");
  if (period !== undefined && period.kind !== 'number') throw new MathError(id, 'the period of a SEARCH is a number');
  return { text: text.value, stat: stat.value, period: period?.value };
}

function withWords<R>(id: string, work: () => R): R {
  try {
    return work();
  } catch (cause) {
    throw cause instanceof SyntaxError ? new MathError(id, cause.message) : cause;
  }
}

async function inWords<R>(id: string, work: () => Promise<R>): Promise<R> {
  try {
    return await work();
  } catch (cause) {
    throw cause instanceof SyntaxError ? new MathError(id, cause.message) : cause;
  }
}

/** What tells each from the others: values of dimensions and the name, as far as they differ. */
function labelsOf(found: readonly FoundMetric[]): readonly string[] {
  const parts = found.map(({ dimensions, name }) => [...Object.values(dimensions), name]);
  return parts.map((own) => {
    const differing = own.filter((part, index) => parts.some((other) => other[index] !== part));
    return differing.length > 0 ? differing.join(' ') : (own.at(-1) ?? '');
  });
}
