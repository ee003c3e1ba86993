import type {
  DeleteMetricFilterCommand,
  DescribeMetricFiltersCommand,
  MetricFilter,
  MetricTransformation,
  PutMetricFilterCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import type { Action, ActionInput } from '../../../wire/types.ts';
import type { LogsDeps } from '../deps.ts';
import { invalidParameter, noMetricFilter } from '../faults.ts';
import { requireGroup } from '../find.ts';
import { byName, page } from '../page.ts';
import { compilePattern, type Pattern } from '../patterns/pattern.ts';
import { metricFiltersIn, within, type MetricFilterRecord, type Transformation } from '../records.ts';

export const putMetricFilter =
  ({ store, clock }: LogsDeps): Action<typeof PutMetricFilterCommand> =>
  async (input, ctx) => {
    const { logGroupName: group, filterName: name, filterPattern, metricTransformations } = input;
    const pattern = compilePattern(filterPattern);
    const transformations = metricTransformations.map((one) => transformationOf(one, pattern));
    refuseSelection(input);
    const record = { name, group, pattern: filterPattern, createdAt: clock.now().getTime(), transformations };
    await store.transaction(async (tx) => {
      await requireGroup(tx, ctx, group);
      await metricFiltersIn(tx).put(ctx, within(group, name), record, { parent: group });
    });
  };

export const describeMetricFilters =
  ({ store }: LogsDeps): Action<typeof DescribeMetricFiltersCommand> =>
  async (input, ctx) => {
    const { logGroupName: group, filterNamePrefix: prefix = '' } = input;
    if ((input.metricName === undefined) !== (input.metricNamespace === undefined))
      throw invalidParameter('Both metricName and metricNamespace must be specified, or neither.');
    if (group !== undefined) await requireGroup(store, ctx, group);
    const found = (await metricFiltersIn(store).list(ctx, group)).filter(
      (filter) => filter.name.startsWith(prefix) && publishes(filter, input),
    );
    const { shown, nextToken } = page(byName(found), (filter) => within(filter.group, filter.name), input);
    return { metricFilters: shown.map(shownFilter), nextToken };
  };

export const deleteMetricFilter =
  ({ store }: LogsDeps): Action<typeof DeleteMetricFilterCommand> =>
  async ({ logGroupName, filterName }, ctx) => {
    await requireGroup(store, ctx, logGroupName);
    if (!(await metricFiltersIn(store).remove(ctx, within(logGroupName, filterName)))) throw noMetricFilter();
  };

function publishes(
  { transformations }: MetricFilterRecord,
  { metricName, metricNamespace }: ActionInput<typeof DescribeMetricFiltersCommand>,
): boolean {
  if (metricName === undefined) return true;
  return transformations.some((one) => one.metricName === metricName && one.metricNamespace === metricNamespace);
}

function refuseSelection(input: ActionInput<typeof PutMetricFilterCommand>): void {
  for (const member of ['fieldSelectionCriteria', 'emitSystemFieldDimensions', 'applyOnTransformedLogs'] as const) {
    const given = input[member];
    if (given !== undefined && given !== false && given !== '' && !(Array.isArray(given) && given.length === 0))
      throw invalidParameter(`Teal does not support '${member}' of a metric filter yet: leave it out`);
  }
}

/** @throws {InvalidParameterException} when the pattern names no such parts */
function transformationOf(given: MetricTransformation, { kind }: Pattern): Transformation {
  const { metricName = '', metricNamespace = '', metricValue = '', defaultValue, dimensions, unit } = given;
  const hasParts = kind === 'json' || kind === 'columns';
  const isPart = metricValue.startsWith('$');
  if (isPart ? !hasParts : metricValue.trim() === '' || !Number.isFinite(Number(metricValue)))
    throw invalidParameter(`Invalid metric transformation: Invalid metric value '${metricValue}'`);
  if (dimensions && Object.keys(dimensions).length > 0) {
    if (!hasParts) throw invalidParameter('The specified filter pattern does not support dimensions.');
    if (defaultValue !== undefined)
      throw invalidParameter('Invalid metric transformation: dimensions and default value are mutually exclusive.');
  }
  return { metricName, metricNamespace, metricValue, defaultValue, dimensions, unit };
}

const shownFilter = ({ name, group, pattern, createdAt, transformations }: MetricFilterRecord): MetricFilter => ({
  filterName: name,
  filterPattern: pattern,
  metricTransformations: transformations.map((one) => ({ ...one })) as MetricTransformation[],
  creationTime: createdAt,
  logGroupName: group,
  applyOnTransformedLogs: false,
});
