import {
  InvalidConfigurationRequestException,
  TargetGroupAssociationLimitException,
  TargetGroupNotFoundException,
  TooManyUniqueTargetGroupsPerLoadBalancerException,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Scope } from '../../../kernel/scope.ts';
import { fault } from '../../../wire/api-error.ts';
import { groupsOf } from '../balancer-config.ts';
import { validationError } from '../faults.ts';
import { LIMITS } from '../limits.ts';
import { usage } from '../look-ups.ts';
import type { ActionRecord, ElbRecords, ListenerRecord, LoadBalancerRecord, TargetGroupRecord } from '../records.ts';
import { checkGroupStickiness } from './stickiness.ts';

/** Where an action is to stand. */
export interface ActionPlace {
  readonly loadBalancer: LoadBalancerRecord;
  /** Of the listener. */
  readonly protocol: ListenerRecord['protocol'];
}

/** Makes sure that a load balancer may forward to the groups of an action. @throws modelled exceptions in AWS's words */
export async function checkActionGroups(
  records: ElbRecords,
  scope: Scope,
  place: ActionPlace,
  action: ActionRecord,
): Promise<void> {
  const groups = groupsOf(action);
  if (groups.length === 0) return;
  const { loadBalancer } = place;
  const used = await usage(records, scope);
  const found: TargetGroupRecord[] = [];
  for (const arn of groups) {
    const group = await records.targetGroups.get(scope, arn);
    if (!group) throw fault(TargetGroupNotFoundException, `Target groups '${arn}' not found`);
    checkFit(group, place);
    found.push(group);
    if ([...(used.get(arn) ?? [])].some((other) => other !== loadBalancer.arn))
      throw fault(
        TargetGroupAssociationLimitException,
        `The following target groups cannot be associated with more than one load balancer: ${arn}`,
      );
  }
  checkGroupStickiness(action, found);
  const own = [...used].filter(([, users]) => users.has(loadBalancer.arn)).map(([arn]) => arn);
  if (new Set([...own, ...groups]).size > LIMITS.targetGroupsPerLoadBalancer)
    throw fault(
      TooManyUniqueTargetGroupsPerLoadBalancerException,
      `The maximum number of target groups per load balancer (${LIMITS.targetGroupsPerLoadBalancer}) has been reached`,
    );
}

function checkFit(group: TargetGroupRecord, { loadBalancer, protocol }: ActionPlace): void {
  if (loadBalancer.vpcId !== undefined && group.vpcId !== loadBalancer.vpcId)
    throw fault(
      InvalidConfigurationRequestException,
      `The following target groups are in a different VPC than load balancer '${loadBalancer.arn}': ${group.arn}`,
    );
  // Source: ELB User Guide, protocol versions; the words: copilot-cli issue 4551.
  if (protocol === 'HTTP' && group.protocolVersion !== 'HTTP1')
    throw validationError(
      `Listener protocol 'HTTP' is not supported with a target group with the protocol-version '${group.protocolVersion}'`,
    );
}
