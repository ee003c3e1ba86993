import type { DescribeLogGroupsCommand, LogGroup } from '@aws-sdk/client-cloudwatch-logs';
import type { Scope } from '../../../kernel/scope.ts';
import type { Action, ActionInput } from '../../../wire/types.ts';
import type { LogsDeps } from '../deps.ts';
import { invalidParameter } from '../faults.ts';
import { groupOfIdentifier } from '../find.ts';
import { byName, page } from '../page.ts';
import { groupArn, groupsIn, metricFiltersIn, type GroupRecord } from '../records.ts';

type Input = ActionInput<typeof DescribeLogGroupsCommand>;

export const describeLogGroups =
  ({ store }: LogsDeps): Action<typeof DescribeLogGroupsCommand> =>
  async (input, ctx) => {
    if (input.logGroupNamePrefix !== undefined && input.logGroupNamePattern !== undefined)
      throw invalidParameter('LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.');
    const found = byName((await groupsIn(store).list(ctx)).filter((group) => isAskedFor(group, input)));
    const { shown, nextToken } = page(found, ({ name }) => name, input);
    const sizes = await store.logEvents.sizes();
    const logGroups = await Promise.all(
      shown.map(async (group) => {
        const filters = await metricFiltersIn(store).list(ctx, group.name);
        return shownGroup(ctx, group, sizes.get(group.key) ?? 0, filters.length);
      }),
    );
    return { logGroups, nextToken };
  };

function isAskedFor({ name, groupClass }: GroupRecord, input: Input): boolean {
  const { logGroupNamePrefix = '', logGroupNamePattern = '', logGroupIdentifiers, logGroupClass } = input;
  if (!name.startsWith(logGroupNamePrefix) || !name.includes(logGroupNamePattern)) return false;
  if (logGroupIdentifiers && !logGroupIdentifiers.some((one) => groupOfIdentifier(one) === name)) return false;
  return logGroupClass === undefined || logGroupClass === groupClass;
}

function shownGroup(scope: Scope, group: GroupRecord, storedBytes: number, metricFilterCount: number): LogGroup {
  const arn = groupArn(scope, group.name);
  return {
    logGroupName: group.name,
    creationTime: group.createdAt,
    retentionInDays: group.retentionInDays,
    metricFilterCount,
    arn: `${arn}:*`,
    storedBytes,
    kmsKeyId: group.kmsKeyId,
    logGroupClass: group.groupClass,
    logGroupArn: arn,
    deletionProtectionEnabled: group.isProtected,
  };
}
