import type { ModifyListenerCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Action } from '../../../wire/types.ts';
import type { Elb } from '../elb.ts';
import { requireListener, requireLoadBalancer } from '../look-ups.ts';
import type { ListenerRecord } from '../records.ts';
import { checkActionGroups } from '../rules/action-groups.ts';
import { checkedAction } from '../rules/rule-action.ts';
import { refuseUnservedListener } from '../settings/listener-protocol.ts';
import { shownListener } from '../shown/listener.ts';
import { duplicateListener } from './create-listener.ts';

/** Answers once every process that carries traffic has taken the change: no later request sees the old weights. */
export const modifyListener =
  (elb: Elb): Action<typeof ModifyListenerCommand> =>
  (input, ctx) =>
    elb.change(async (tx) => {
      const current = await requireListener(tx, ctx, input.ListenerArn);
      refuseUnservedListener(input);
      const next: ListenerRecord = {
        ...current,
        port: input.Port ?? current.port,
        action: input.DefaultActions ? checkedAction(input.DefaultActions) : current.action,
      };
      const loadBalancer = await requireLoadBalancer(tx, ctx, current.loadBalancerArn);
      const others = (await tx.listeners.list(ctx, loadBalancer.arn)).filter((other) => other.arn !== current.arn);
      if (others.some((other) => other.port === next.port)) throw duplicateListener(loadBalancer.arn);
      await checkActionGroups(tx, ctx, loadBalancer, next.action);
      if (JSON.stringify(next) !== JSON.stringify(current)) {
        await tx.listeners.put(ctx, current.arn, next);
        await tx.nextEpoch();
      }
      return { Listeners: [shownListener(next)] };
    });
