import { InvalidConfigurationRequestException } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Scope } from '../../../kernel/scope.ts';
import { fault } from '../../../wire/api-error.ts';
import { groupsOf } from '../balancer-config.ts';
import type { ActionRecord, ElbRecords, TargetGroupRecord } from '../records.ts';
import { isSticky } from '../settings/target-group-attributes.ts';

// A client that each request may send to another group cannot stay with a target: AWS refuses either order of asking.

/** @throws {InvalidConfigurationRequestException} for several groups, a sticky one among them, without group stickiness */
export function checkGroupStickiness(action: ActionRecord, groups: readonly TargetGroupRecord[]): void {
  if (isWithoutGroupStickiness(action) && groups.some(isSticky))
    throw fault(
      InvalidConfigurationRequestException,
      'You must enable group stickiness on a rule if you enabled target stickiness on one of its target groups',
    );
}

/**
 * @throws {InvalidConfigurationRequestException} when a group becomes sticky that is one of several without group
 * stickiness
 * Source of the words: aws-load-balancer-controller issue 2734.
 */
export async function refuseStickinessAlone(
  records: ElbRecords,
  scope: Scope,
  current: TargetGroupRecord,
  next: TargetGroupRecord,
): Promise<void> {
  if (isSticky(current) || !isSticky(next)) return;
  const listeners = (await records.listeners.list(scope)).map(({ defaultRuleArn, action }) => ({
    arn: defaultRuleArn,
    action,
  }));
  const holder = [...listeners, ...(await records.rules.list(scope))].find(
    ({ action }) => isWithoutGroupStickiness(action) && groupsOf(action).includes(next.arn),
  );
  if (holder)
    throw fault(
      InvalidConfigurationRequestException,
      `This target group appears behind a rule with group stickiness disabled (${holder.arn}). You must enable group stickiness before enabling target stickiness`,
    );
}

const isWithoutGroupStickiness = (action: ActionRecord): boolean =>
  action.type === 'forward' && action.groups.length > 1 && action.stickinessSeconds === undefined;
