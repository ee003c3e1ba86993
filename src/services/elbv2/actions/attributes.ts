import type {
  DescribeListenerAttributesCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeTargetGroupAttributesCommand,
  ModifyLoadBalancerAttributesCommand,
  ModifyTargetGroupAttributesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Action } from '../../../wire/types.ts';
import type { Elb } from '../elb.ts';
import { requireListener, requireLoadBalancer, requireTargetGroup } from '../look-ups.ts';
import { checkedAttributes, shownAttributes } from '../settings/attribute-rules.ts';
import { LISTENER_ATTRIBUTES } from '../settings/listener-attributes.ts';
import { LOAD_BALANCER_ATTRIBUTES } from '../settings/load-balancer-attributes.ts';
import { TARGET_GROUP_ATTRIBUTES } from '../settings/target-group-attributes.ts';

export const describeLoadBalancerAttributes =
  (elb: Elb): Action<typeof DescribeLoadBalancerAttributesCommand> =>
  async (input, ctx) => {
    const { attributes } = await requireLoadBalancer(elb.records, ctx, input.LoadBalancerArn);
    return { Attributes: shownAttributes(LOAD_BALANCER_ATTRIBUTES, attributes) };
  };

export const modifyLoadBalancerAttributes =
  (elb: Elb): Action<typeof ModifyLoadBalancerAttributesCommand> =>
  (input, ctx) =>
    elb.change(async (tx) => {
      const current = await requireLoadBalancer(tx, ctx, input.LoadBalancerArn);
      const changed = checkedAttributes(LOAD_BALANCER_ATTRIBUTES, 'Load balancer', input.Attributes);
      const attributes = { ...current.attributes, ...changed };
      await tx.loadBalancers.put(ctx, current.arn, { ...current, attributes });
      await tx.nextEpoch();
      return { Attributes: shownAttributes(LOAD_BALANCER_ATTRIBUTES, attributes) };
    });

export const describeTargetGroupAttributes =
  (elb: Elb): Action<typeof DescribeTargetGroupAttributesCommand> =>
  async (input, ctx) => {
    const { attributes } = await requireTargetGroup(elb.records, ctx, input.TargetGroupArn);
    return { Attributes: shownAttributes(TARGET_GROUP_ATTRIBUTES, attributes) };
  };

/** The balancer needs no word of it: the deregistration delay counts for targets that are deregistered from now on. */
export const modifyTargetGroupAttributes =
  (elb: Elb): Action<typeof ModifyTargetGroupAttributesCommand> =>
  (input, ctx) =>
    elb.change(async (tx) => {
      const current = await requireTargetGroup(tx, ctx, input.TargetGroupArn);
      const changed = checkedAttributes(TARGET_GROUP_ATTRIBUTES, 'Target group', input.Attributes);
      const attributes = { ...current.attributes, ...changed };
      await tx.targetGroups.put(ctx, current.arn, { ...current, attributes });
      return { Attributes: shownAttributes(TARGET_GROUP_ATTRIBUTES, attributes) };
    });

export const describeListenerAttributes =
  (elb: Elb): Action<typeof DescribeListenerAttributesCommand> =>
  async (input, ctx) => {
    await requireListener(elb.records, ctx, input.ListenerArn);
    return { Attributes: shownAttributes(LISTENER_ATTRIBUTES, {}) };
  };
