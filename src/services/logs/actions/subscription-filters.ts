import {
  LimitExceededException,
  type DeleteSubscriptionFilterCommand,
  type DescribeSubscriptionFiltersCommand,
  type PutSubscriptionFilterCommand,
  type SubscriptionFilter,
} from '@aws-sdk/client-cloudwatch-logs';
import { GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { parseArn } from '../../../kernel/arn.ts';
import { fault } from '../../../wire/api-error.ts';
import type { Action, ActionInput } from '../../../wire/types.ts';
import type { LogsDeps } from '../deps.ts';
import { invalidParameter, noSubscriptionFilter } from '../faults.ts';
import { requireGroup } from '../find.ts';
import { byName, page } from '../page.ts';
import { compilePattern } from '../patterns/pattern.ts';
import { subscriptionFiltersIn, within, type SubscriptionFilterRecord } from '../records.ts';

/** Of one group. Source: CloudWatch Logs quotas. */
const MOST = 2;

type Input = ActionInput<typeof PutSubscriptionFilterCommand>;

/** One of the same name is replaced. */
export const putSubscriptionFilter =
  ({ store, clock, clients }: LogsDeps): Action<typeof PutSubscriptionFilterCommand> =>
  async (input, ctx) => {
    const { logGroupName: group, filterName: name, filterPattern: pattern, destinationArn: destination } = input;
    refuseOthers(input);
    compilePattern(pattern);
    await requireGroup(store, ctx, group);
    await requireFunction({ clients }, destination, group);
    const distribution = input.distribution ?? 'ByLogStream';
    const record = { name, group, pattern, destination, distribution, createdAt: clock.now().getTime() };
    await store.transaction(async (tx) => {
      await requireGroup(tx, ctx, group);
      const others = (await subscriptionFiltersIn(tx).list(ctx, group)).filter((filter) => filter.name !== name);
      if (others.length >= MOST) throw fault(LimitExceededException, 'Resource limit exceeded.');
      await subscriptionFiltersIn(tx).put(ctx, within(group, name), record, { parent: group });
    });
  };

export const describeSubscriptionFilters =
  ({ store }: LogsDeps): Action<typeof DescribeSubscriptionFiltersCommand> =>
  async (input, ctx) => {
    const { logGroupName: group, filterNamePrefix: prefix = '' } = input;
    await requireGroup(store, ctx, group);
    const found = (await subscriptionFiltersIn(store).list(ctx, group)).filter(({ name }) => name.startsWith(prefix));
    const { shown, nextToken } = page(byName(found), ({ name }) => name, input);
    return { subscriptionFilters: shown.map(shownFilter), nextToken };
  };

/** What was stored before still arrives. */
export const deleteSubscriptionFilter =
  ({ store }: LogsDeps): Action<typeof DeleteSubscriptionFilterCommand> =>
  async ({ logGroupName, filterName }, ctx) => {
    await requireGroup(store, ctx, logGroupName);
    const wasThere = await subscriptionFiltersIn(store).remove(ctx, within(logGroupName, filterName));
    if (!wasThere) throw noSubscriptionFilter();
  };

/** @throws {InvalidParameterException} */
function refuseOthers({ destinationArn, roleArn, ...input }: Input): void {
  if (parseArn(destinationArn)?.service !== 'lambda')
    throw invalidParameter(`Teal delivers log events to Lambda functions only, not to '${destinationArn}'.`);
  if (roleArn !== undefined) throw invalidParameter('destinationArn for vendor lambda cannot be used with roleArn');
  for (const member of ['fieldSelectionCriteria', 'emitSystemFields', 'applyOnTransformedLogs'] as const) {
    const given = input[member];
    if (given !== undefined && given !== false && given !== '' && !(Array.isArray(given) && given.length === 0))
      throw invalidParameter(`Teal does not support '${member}' of a subscription filter yet: leave it out`);
  }
}

/** @throws {InvalidParameterException} unless the function is there and its own output goes elsewhere */
async function requireFunction({ clients }: Pick<LogsDeps, 'clients'>, functionArn: string, group: string) {
  const { account = '', region = '', resource = '' } = parseArn(functionArn) ?? {};
  const name = /^function:([^:]+)/.exec(resource)?.[1];
  if (group === `/aws/lambda/${name ?? ''}`)
    throw invalidParameter('The log group provided is reserved for the function logs of the destination function.');
  const command = new GetFunctionConfigurationCommand({ FunctionName: functionArn });
  await clients
    .lambda({ account, region })
    .send(command)
    .catch((cause: unknown) => {
      if ((cause as { $fault?: string }).$fault !== 'client') throw cause;
      throw invalidParameter(
        'Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to execute your function.',
      );
    });
}

const shownFilter = (filter: SubscriptionFilterRecord): SubscriptionFilter => ({
  filterName: filter.name,
  logGroupName: filter.group,
  filterPattern: filter.pattern,
  destinationArn: filter.destination,
  distribution: filter.distribution,
  applyOnTransformedLogs: false,
  creationTime: filter.createdAt,
});
