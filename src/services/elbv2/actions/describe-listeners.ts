import type { DescribeListenersCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Action } from '../../../wire/types.ts';
import type { Elb } from '../elb.ts';
import { validationError } from '../faults.ts';
import { requireListener, requireLoadBalancer } from '../look-ups.ts';
import { page } from '../paging.ts';
import { shownListener } from '../shown/listener.ts';

export const describeListeners =
  (elb: Elb): Action<typeof DescribeListenersCommand> =>
  async (input, ctx) => {
    const { LoadBalancerArn: loadBalancerArn, ListenerArns: arns = [] } = input;
    if (loadBalancerArn === undefined && arns.length === 0)
      throw validationError('You must specify either listener ARNs or a load balancer ARN');
    if (loadBalancerArn !== undefined && arns.length > 0)
      throw validationError('You cannot specify both listener ARNs and a load balancer ARN');
    if (loadBalancerArn !== undefined) await requireLoadBalancer(elb.records, ctx, loadBalancerArn);
    const found =
      loadBalancerArn !== undefined
        ? await elb.records.listeners.list(ctx, loadBalancerArn)
        : await Promise.all([...new Set(arns)].map((arn) => requireListener(elb.records, ctx, arn)));
    const { shown, ...rest } = page(found, (record) => record.arn, input);
    return { Listeners: shown.map(shownListener), ...rest };
  };
