import {
  InvalidConfigurationRequestException,
  TargetGroupAssociationLimitException,
  TargetGroupNotFoundException,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Scope } from '../../../kernel/scope.ts';
import { fault } from '../../../wire/api-error.ts';
import { groupsOf } from '../balancer-config.ts';
import { usage } from '../look-ups.ts';
import type { ActionRecord, ElbRecords, LoadBalancerRecord } from '../records.ts';

/** Makes sure that a load balancer may forward to the groups of an action. @throws modelled exceptions in AWS's words */
export async function checkActionGroups(
  records: ElbRecords,
  scope: Scope,
  loadBalancer: LoadBalancerRecord,
  action: ActionRecord,
): Promise<void> {
  const used = await usage(records, scope);
  for (const arn of groupsOf(action)) {
    const group = await records.targetGroups.get(scope, arn);
    if (!group) throw fault(TargetGroupNotFoundException, `Target groups '${arn}' not found`);
    if (loadBalancer.vpcId !== undefined && group.vpcId !== loadBalancer.vpcId)
      throw fault(
        InvalidConfigurationRequestException,
        `The following target groups are in a different VPC than load balancer '${loadBalancer.arn}': ${arn}`,
      );
    if ([...(used.get(arn) ?? [])].some((other) => other !== loadBalancer.arn))
      throw fault(
        TargetGroupAssociationLimitException,
        `The following target groups cannot be associated with more than one load balancer: ${arn}`,
      );
  }
}
