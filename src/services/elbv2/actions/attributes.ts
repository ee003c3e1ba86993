import type {
  DescribeListenerAttributesCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeTargetGroupAttributesCommand,
  ModifyListenerAttributesCommand,
  ModifyLoadBalancerAttributesCommand,
  ModifyTargetGroupAttributesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Action } from '../../../wire/types.ts';
import type { Elb } from '../elb.ts';
import { requireListener, requireLoadBalancer, requireTargetGroup } from '../look-ups.ts';
import { refuseStickinessAlone } from '../rules/stickiness.ts';
import { checkedAttributes, shownAttributes } from '../settings/attribute-rules.ts';
import { checkHeaderTexts, listenerAttributes } from '../settings/listener-attributes.ts';
import { changedBalancerAttributes, LOAD_BALANCER_ATTRIBUTES } from '../settings/load-balancer-attributes.ts';
import { changedGroupAttributes, TARGET_GROUP_ATTRIBUTES } from '../settings/target-group-attributes.ts';

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
      const attributes = changedBalancerAttributes(current, input.Attributes);
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

/** A new deregistration delay counts for targets that are deregistered from now on. */
export const modifyTargetGroupAttributes =
  (elb: Elb): Action<typeof ModifyTargetGroupAttributesCommand> =>
  (input, ctx) =>
    elb.change(async (tx) => {
      const current = await requireTargetGroup(tx, ctx, input.TargetGroupArn);
      const next = { ...current, attributes: changedGroupAttributes(current, input.Attributes) };
      await refuseStickinessAlone(tx, ctx, current, next);
      await tx.targetGroups.put(ctx, current.arn, next);
      await tx.nextEpoch();
      return { Attributes: shownAttributes(TARGET_GROUP_ATTRIBUTES, next.attributes) };
    });

export const describeListenerAttributes =
  (elb: Elb): Action<typeof DescribeListenerAttributesCommand> =>
  async (input, ctx) => {
    const { protocol, attributes } = await requireListener(elb.records, ctx, input.ListenerArn);
    return { Attributes: shownAttributes(listenerAttributes(protocol), attributes) };
  };

export const modifyListenerAttributes =
  (elb: Elb): Action<typeof ModifyListenerAttributesCommand> =>
  (input, ctx) =>
    elb.change(async (tx) => {
      const current = await requireListener(tx, ctx, input.ListenerArn);
      const rules = listenerAttributes(current.protocol);
      const changed = checkedAttributes(rules, 'Listener', input.Attributes);
      checkHeaderTexts(changed);
      const attributes = { ...current.attributes, ...changed };
      await tx.listeners.put(ctx, current.arn, { ...current, attributes });
      await tx.nextEpoch();
      return { Attributes: shownAttributes(rules, attributes) };
    });
