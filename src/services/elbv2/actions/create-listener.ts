import {
  DuplicateListenerException,
  TooManyListenersException,
  type CreateListenerCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { newId } from '../../../kernel/ids.ts';
import { fault } from '../../../wire/api-error.ts';
import type { Action } from '../../../wire/types.ts';
import type { Elb } from '../elb.ts';
import { validationError } from '../faults.ts';
import { LIMITS } from '../limits.ts';
import { requireLoadBalancer } from '../look-ups.ts';
import type { ListenerRecord } from '../records.ts';
import { checkActionGroups } from '../rules/action-groups.ts';
import { checkedAction } from '../rules/rule-action.ts';
import { refuseUnservedListener } from '../settings/listener-protocol.ts';
import { checkedTags } from '../settings/tags.ts';
import { shownListener } from '../shown/listener.ts';

export const createListener =
  (elb: Elb): Action<typeof CreateListenerCommand> =>
  (input, ctx) =>
    elb.change(async (tx) => {
      const { Port: port } = input;
      const loadBalancer = await requireLoadBalancer(tx, ctx, input.LoadBalancerArn);
      if (port === undefined) throw validationError('A listener port must be specified');
      if (input.Protocol === undefined) throw validationError('A listener protocol must be specified');
      refuseUnservedListener(input);
      const action = checkedAction(input.DefaultActions);
      const others = await tx.listeners.list(ctx, loadBalancer.arn);
      if (others.some((other) => other.port === port)) throw duplicateListener(loadBalancer.arn);
      if (others.length >= LIMITS.listenersPerLoadBalancer)
        throw fault(TooManyListenersException, 'The maximum number of listeners has been reached');
      await checkActionGroups(tx, ctx, loadBalancer, action);
      const record = newListener(loadBalancer.arn, port, action, input.Tags);
      await tx.listeners.insert(ctx, record.arn, record, { parent: loadBalancer.arn });
      await tx.nextEpoch();
      return { Listeners: [shownListener(record)] };
    });

export const duplicateListener = (loadBalancerArn: string) =>
  fault(
    DuplicateListenerException,
    `A listener already exists on this port for this load balancer '${loadBalancerArn}'`,
  );

function newListener(
  loadBalancerArn: string,
  port: number,
  action: ListenerRecord['action'],
  tags: Parameters<typeof checkedTags>[0],
): ListenerRecord {
  const arn = `${loadBalancerArn.replace(':loadbalancer/', ':listener/')}/${newId.elb()}`;
  return {
    arn,
    loadBalancerArn,
    port,
    protocol: 'HTTP',
    certificateArns: [],
    attributes: {},
    defaultRuleArn: `${arn.replace(':listener/', ':listener-rule/')}/${newId.elb()}`,
    action,
    tags: checkedTags(tags),
  };
}
