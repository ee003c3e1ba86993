import {
  OperationNotPermittedException,
  type DeleteLoadBalancerCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { fault } from '../../../wire/api-error.ts';
import type { Action } from '../../../wire/types.ts';
import type { Elb } from '../elb.ts';
import { loadBalancerAttribute } from '../settings/load-balancer-attributes.ts';
import { removeListener } from './delete-listener.ts';

/** Deletes the load balancer with its listeners and rules; target groups stay. */
export const deleteLoadBalancer =
  (elb: Elb): Action<typeof DeleteLoadBalancerCommand> =>
  ({ LoadBalancerArn: arn }, ctx) =>
    elb.change(async (tx) => {
      const record = await tx.loadBalancers.get(ctx, arn);
      if (!record) return {};
      if (loadBalancerAttribute(record, 'deletion_protection.enabled') === 'true')
        throw fault(
          OperationNotPermittedException,
          `Load balancer '${arn}' cannot be deleted because deletion protection is enabled`,
        );
      for (const listener of await tx.listeners.list(ctx, arn)) await removeListener(tx, ctx, listener.arn);
      await tx.loadBalancers.remove(ctx, arn);
      return {};
    });
