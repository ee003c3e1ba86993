import { isDeepStrictEqual } from 'node:util';
import type { ModifyListenerCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Action, ActionInput } from '../../../wire/types.ts';
import { requireCertificate } from '../certificates.ts';
import type { Elb } from '../elb.ts';
import { requireListener, requireLoadBalancer } from '../look-ups.ts';
import type { ListenerRecord } from '../records.ts';
import { checkActionGroups } from '../rules/action-groups.ts';
import { checkedAction } from '../rules/rule-action.ts';
import { attributesOf } from '../settings/listener-attributes.ts';
import { changedProtocol } from '../settings/listener-protocol.ts';
import { shownListener } from '../shown/listener.ts';
import { duplicateListener } from './create-listener.ts';

/** Answers once every process that carries traffic has taken the change: no later request sees the old weights. */
export const modifyListener =
  (elb: Elb): Action<typeof ModifyListenerCommand> =>
  (input, ctx) =>
    elb.change(async (tx) => {
      const current = await requireListener(tx, ctx, input.ListenerArn);
      const next = changedListener(current, input);
      const loadBalancer = await requireLoadBalancer(tx, ctx, current.loadBalancerArn);
      const others = (await tx.listeners.list(ctx, loadBalancer.arn)).filter((other) => other.arn !== current.arn);
      if (others.some((other) => other.port === next.port)) throw duplicateListener(loadBalancer.arn);
      const [certificateArn] = next.certificateArns;
      // A weight must move even when the present certificate could not be chosen today.
      if (certificateArn !== undefined && certificateArn !== current.certificateArns[0])
        await requireCertificate(elb.certificates, tx.transaction, ctx, certificateArn);
      await checkActionGroups(tx, ctx, { loadBalancer, protocol: next.protocol }, next.action);
      if (!isDeepStrictEqual(next, current)) {
        await tx.listeners.put(ctx, current.arn, next);
        await tx.nextEpoch();
      }
      return { Listeners: [shownListener(next)] };
    });

function changedListener(current: ListenerRecord, input: ActionInput<typeof ModifyListenerCommand>): ListenerRecord {
  const spoken = changedProtocol(current, input);
  const port = input.Port ?? current.port;
  return {
    ...withoutSslPolicy(current),
    ...spoken,
    port,
    action: input.DefaultActions
      ? checkedAction(input.DefaultActions, { protocol: spoken.protocol, port })
      : current.action,
    attributes: attributesOf(spoken.protocol, current.attributes),
  };
}

function withoutSslPolicy(listener: ListenerRecord): ListenerRecord {
  const rest: { -readonly [K in keyof ListenerRecord]: ListenerRecord[K] } = { ...listener };
  delete rest.sslPolicy;
  return rest;
}
