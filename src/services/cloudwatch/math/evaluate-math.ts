import { combine, negate } from './arithmetic.ts';
import { findFunction, listOf } from './functions.ts';
import { parse, type Expression } from './parse.ts';
import {
  MathError,
  type MathQuery,
  type MathSpan,
  type MathValue,
  type ReadSeries,
  type TimeSeries,
} from './series.ts';
import { scalar, type Surroundings, type Value } from './values.ts';

/** Points that GetMetricData gives at most. */
const MOST_INSTANTS = 100_800;

/** Words that are arguments of functions and no ids. */
const KEYWORDS = new Set(['REPEAT', 'LINEAR', 'ASC', 'DESC', 'AVG', 'MAX', 'MIN', 'SUM', 'STDDEV', 'DATAPOINT_COUNT']);

/**
 * Evaluates metric math: reads the metrics, and then what expressions make of them, whatever order they stand in.
 *
 * @returns the values of all queries, by their ids; an expression that AWS would refuse to return, such as a plain
 *   number, is among them
 * @throws {MathError} for the first expression that makes no sense
 */
export async function evaluateMath(
  queries: readonly MathQuery[],
  readSeries: ReadSeries,
  span: MathSpan,
): Promise<ReadonlyMap<string, MathValue>> {
  const read = await Promise.all(
    queries
      .filter(({ expression }) => expression === undefined)
      .map(async ({ id }): Promise<[string, TimeSeries]> => [id, await readSeries(id)]),
  );
  return evaluateExpressions(queries, new Map(read), span);
}

/** The same when the metrics have been read. */
export function evaluateExpressions(
  queries: readonly MathQuery[],
  metrics: ReadonlyMap<string, TimeSeries>,
  span: MathSpan,
  searched: Surroundings['searched'] = new Map(),
): ReadonlyMap<string, MathValue> {
  const done = new Map<string, MathValue>();
  const doing = new Set<string>();
  const byId = new Map(queries.map((query) => [query.id, query]));
  const valueOf = (id: string): MathValue | undefined => {
    const [known, metric, query] = [done.get(id), metrics.get(id), byId.get(id)];
    if (known || !query) return known;
    const value = metric ? ({ kind: 'series', series: metric } as const) : evaluate(query);
    done.set(id, value);
    return value;
  };
  const evaluate = (query: MathQuery): MathValue => {
    if (doing.has(query.id)) throw new MathError(query.id, 'it depends on itself');
    doing.add(query.id);
    try {
      const around = { ...surroundingsOf(query, metrics, span), searched };
      return labelled(query, evaluateOne(parse(query.expression ?? ''), around, valueOf));
    } catch (cause) {
      if (cause instanceof SyntaxError || cause instanceof TypeError) throw new MathError(query.id, cause.message);
      throw cause;
    } finally {
      doing.delete(query.id);
    }
  };
  for (const { id } of queries) valueOf(id);
  return done;
}

function surroundingsOf(query: MathQuery, metrics: ReadonlyMap<string, TimeSeries>, span: MathSpan) {
  const periods = [...metrics.values()].map((one) => one.period).filter((period) => period > 0);
  const period = query.period ?? (periods.length > 0 ? Math.min(...periods) : 60_000);
  return { metrics: [...metrics], period, grid: () => gridOf(span, period) };
}

function gridOf({ from, to }: MathSpan, period: number): readonly number[] {
  const length = Math.max(0, Math.ceil((to - from) / period));
  if (length > MOST_INSTANTS) throw new TypeError(`it has more than ${MOST_INSTANTS} points`);
  return Array.from({ length }, (_, index) => from + index * period);
}

/** A result bears its query's label; the members of an array keep theirs. */
function labelled({ id, label }: MathQuery, value: Value): MathValue {
  if (value.kind === 'text') throw new TypeError('a text is no result');
  return value.kind === 'series' ? { kind: 'series', series: { ...value.series, label: label ?? id } } : value;
}

type ValueOf = (id: string) => MathValue | undefined;

function evaluateOne(expression: Expression, around: Surroundings, valueOf: ValueOf): Value {
  const inner = (part: Expression): Value => evaluateOne(part, around, valueOf);
  switch (expression.kind) {
    case 'number':
      return scalar(expression.value);
    case 'text':
      return expression;
    case 'list':
      return listOf(expression.items.map(inner), around);
    case 'negative':
      return negate(inner(expression.of));
    case 'binary':
      return combine(expression.operator, inner(expression.left), inner(expression.right));
    case 'name':
      return named(expression.name, valueOf);
    case 'call':
      return call(expression.name, expression.arguments.map(inner), around);
  }
}

function named(name: string, valueOf: ValueOf): Value {
  const value = valueOf(name);
  if (value) return value;
  if (KEYWORDS.has(name)) return { kind: 'text', value: name };
  throw new TypeError(`there is no query with the id '${name}'`);
}

function call(name: string, values: readonly Value[], around: Surroundings): MathValue {
  const found = findFunction(name);
  if (!found) throw new TypeError(`there is no function ${name} here`);
  if (values.length < found.least || values.length > found.most)
    throw new TypeError(`${name} does not take ${values.length} arguments`);
  return found.apply(values, around);
}
