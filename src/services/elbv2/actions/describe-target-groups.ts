import type { DescribeTargetGroupsCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Action, ActionInput } from '../../../wire/types.ts';
import type { Elb } from '../elb.ts';
import { validationError } from '../faults.ts';
import { requireLoadBalancer, targetGroupNotFound, usage } from '../look-ups.ts';
import { page } from '../paging.ts';
import { shownTargetGroup } from '../shown/target-group.ts';

export const describeTargetGroups =
  (elb: Elb): Action<typeof DescribeTargetGroupsCommand> =>
  async (input, ctx) => {
    const { LoadBalancerArn: loadBalancerArn, TargetGroupArns: arns = [], Names: names = [] } = input;
    refuseTwoWays(input);
    if (loadBalancerArn !== undefined) await requireLoadBalancer(elb.records, ctx, loadBalancerArn);
    const all = await elb.records.targetGroups.list(ctx);
    const isKnown = (field: 'arn' | 'name') => (wanted: string) => all.some((record) => record[field] === wanted);
    if (!arns.every(isKnown('arn')) || !names.every(isKnown('name'))) throw targetGroupNotFound();
    const used = await usage(elb.records, ctx);
    const found = all.filter(({ arn, name }) => {
      if (loadBalancerArn !== undefined) return used.get(arn)?.has(loadBalancerArn) ?? false;
      return arns.length > 0 ? arns.includes(arn) : names.length === 0 || names.includes(name);
    });
    const { shown, ...rest } = page(found, (record) => record.arn, input);
    return { TargetGroups: shown.map((record) => shownTargetGroup(record, used.get(record.arn) ?? [])), ...rest };
  };

function refuseTwoWays(input: ActionInput<typeof DescribeTargetGroupsCommand>): void {
  const ways = [
    input.LoadBalancerArn !== undefined,
    Boolean(input.TargetGroupArns?.length),
    Boolean(input.Names?.length),
  ];
  if (ways.filter(Boolean).length > 1)
    throw validationError('You can specify only one of a load balancer ARN, target group ARNs, and target group names');
}
