import type { DimensionFilter, ListMetricsCommand, Metric } from '@aws-sdk/client-cloudwatch';
import type { Action } from '../../../wire/types.ts';
import { invalidNextToken } from '../faults.ts';
import type { MetricDeps } from '../metrics-deps.ts';
import { dimensionsOf } from '../series/metric-identity.ts';

/** Source: API Reference, ListMetrics. */
const PAGE = 500;
const LISTED_FOR = 14 * 24 * 3600;
const RECENT = 3 * 3600;

export const listMetrics =
  ({ store, clock, ingest }: MetricDeps): Action<typeof ListMetricsCommand> =>
  async (input, ctx) => {
    await ingest.flush();
    const age = input.RecentlyActive === undefined ? LISTED_FOR : RECENT;
    const since = Math.floor(clock.now().getTime() / 1000) - age;
    const filter = { namespace: input.Namespace, name: input.MetricName, since };
    const keys = new Map<string, Metric>();
    for (const { namespace, name, dimensions } of await store.metricSeries.find(ctx, filter)) {
      const metric = shown(namespace, name, dimensions);
      if (matches(metric, input.Dimensions)) keys.set(JSON.stringify([namespace, name, dimensions]), metric);
    }
    return page(
      [...keys].sort(([a], [b]) => (a < b ? -1 : 1)),
      input.NextToken,
    );
  };

const shown = (namespace: string, name: string, dimensions: string): Metric => ({
  Namespace: namespace,
  MetricName: name,
  Dimensions: dimensionsOf(dimensions).map(([Name, Value]) => ({ Name, Value })),
});

const matches = ({ Dimensions: has = [] }: Metric, asked: readonly DimensionFilter[] = []): boolean =>
  asked.every(({ Name: name, Value: value }) =>
    has.some((dimension) => dimension.Name === name && (value === undefined || dimension.Value === value)),
  );

/** The token names the last metric given. */
function page(all: readonly (readonly [key: string, metric: Metric])[], token: string | undefined) {
  const last = token === undefined ? undefined : readToken(token);
  const rest = last === undefined ? all : all.filter(([key]) => key > last);
  const shownNow = rest.slice(0, PAGE);
  const end = shownNow.at(-1);
  const more = end && rest.length > PAGE;
  return {
    Metrics: shownNow.map(([, metric]) => metric),
    ...(more && { NextToken: Buffer.from(end[0]).toString('base64url') }),
  };
}

function readToken(token: string): string {
  const text = Buffer.from(token, 'base64url').toString();
  if (!text.startsWith('["')) throw invalidNextToken();
  return text;
}
