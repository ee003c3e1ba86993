import type { MetricDatum, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import type { Action, CallContext } from '../../../wire/types.ts';
import { readDatum, type ReadDatum } from '../datum.ts';
import { invalidValue, limitExceeded, missingParameter } from '../faults.ts';
import type { MetricDeps } from '../metrics-deps.ts';
import { MOST_SERIES } from '../series/known-series.ts';

const MOST_DATA = 1000;

export const putMetricData =
  (deps: MetricDeps): Action<typeof PutMetricDataCommand> =>
  async (input, ctx) => {
    const namespace = input.Namespace;
    if (namespace.startsWith('AWS/')) throw invalidValue('The value AWS/ for parameter Namespace is invalid.');
    const now = deps.clock.now().getTime();
    const data = dataOf(input).map((datum, index) => readDatum(datum, index + 1, now));
    if (await deps.ingest.isFull()) await requireKnown(deps, ctx, namespace, data);
    for (const datum of data) deps.ingest.add(ctx, namespace, datum, datum.merge);
    await deps.ingest.flush();
  };

/** Data of entities is data like any other: entities only say in the console of AWS what it belongs to. */
function dataOf({
  MetricData: plain,
  EntityMetricData: entities,
}: {
  readonly MetricData?: MetricDatum[] | undefined;
  readonly EntityMetricData?: { readonly MetricData?: MetricDatum[] | undefined }[] | undefined;
}): readonly MetricDatum[] {
  if (plain === undefined && entities === undefined) throw missingParameter('MetricData');
  const data = [...(plain ?? []), ...(entities ?? []).flatMap((entity) => entity.MetricData ?? [])];
  if (data.length <= MOST_DATA) return data;
  throw invalidValue(`The collection MetricData must not have a size greater than ${MOST_DATA}.`);
}

async function requireKnown(deps: MetricDeps, ctx: CallContext, namespace: string, data: readonly ReadDatum[]) {
  for (const { name, dimensions, unit } of data) {
    const found = await deps.store.metricSeries.find(ctx, { namespace, name, dimensions, unit });
    if (found.length === 0)
      throw limitExceeded(`Teal keeps ${MOST_SERIES} metrics and has no room for a new one, such as ${name}.`);
  }
}
