import {
  DuplicateListenerException,
  TooManyListenersException,
  type CreateListenerCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { newId } from '../../../kernel/ids.ts';
import { fault } from '../../../wire/api-error.ts';
import type { Action } from '../../../wire/types.ts';
import { requireCertificate } from '../certificates.ts';
import type { Elb } from '../elb.ts';
import { validationError } from '../faults.ts';
import { LIMITS } from '../limits.ts';
import { requireLoadBalancer } from '../look-ups.ts';
import type { ListenerRecord } from '../records.ts';
import { checkActionGroups } from '../rules/action-groups.ts';
import { checkedAction } from '../rules/rule-action.ts';
import { changedProtocol } from '../settings/listener-protocol.ts';
import { checkedTags } from '../settings/tags.ts';
import { shownListener } from '../shown/listener.ts';

export const createListener =
  (elb: Elb): Action<typeof CreateListenerCommand> =>
  (input, ctx) =>
    elb.change(async (tx) => {
      const { Port: port } = input;
      const loadBalancer = await requireLoadBalancer(tx, ctx, input.LoadBalancerArn);
      if (port === undefined) throw validationError('A listener port must be specified');
      const spoken = changedProtocol(undefined, input);
      const record = newListener({
        ...spoken,
        loadBalancerArn: loadBalancer.arn,
        port,
        action: checkedAction(input.DefaultActions, { protocol: spoken.protocol, port }),
        tags: checkedTags(input.Tags),
      });
      const others = await tx.listeners.list(ctx, loadBalancer.arn);
      if (others.some((other) => other.port === port)) throw duplicateListener(loadBalancer.arn);
      if (others.length >= LIMITS.listenersPerLoadBalancer)
        throw fault(TooManyListenersException, 'The maximum number of listeners has been reached');
      for (const certificateArn of record.certificateArns)
        await requireCertificate(elb.certificates, tx.transaction, ctx, certificateArn);
      await checkActionGroups(tx, ctx, { loadBalancer, protocol: record.protocol }, record.action);
      await tx.listeners.insert(ctx, record.arn, record, { parent: loadBalancer.arn });
      await tx.nextEpoch();
      return { Listeners: [shownListener(record)] };
    });

export const duplicateListener = (loadBalancerArn: string) =>
  fault(
    DuplicateListenerException,
    `A listener already exists on this port for this load balancer '${loadBalancerArn}'`,
  );

function newListener(settings: Omit<ListenerRecord, 'arn' | 'defaultRuleArn' | 'attributes'>): ListenerRecord {
  const arn = `${settings.loadBalancerArn.replace(':loadbalancer/', ':listener/')}/${newId.elb()}`;
  const defaultRuleArn = `${arn.replace(':listener/', ':listener-rule/')}/${newId.elb()}`;
  return { ...settings, arn, defaultRuleArn, attributes: {} };
}
