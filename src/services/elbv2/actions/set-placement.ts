import type { SetSecurityGroupsCommand, SetSubnetsCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Action } from '../../../wire/types.ts';
import type { Elb } from '../elb.ts';
import { requireLoadBalancer } from '../look-ups.ts';
import { placement } from '../settings/placement.ts';
import { shownZones } from '../shown/load-balancer.ts';
import { checkSecurityGroups } from './create-load-balancer.ts';

export const setSecurityGroups =
  (elb: Elb): Action<typeof SetSecurityGroupsCommand> =>
  async (input, ctx) => {
    await checkSecurityGroups(elb, ctx, input.SecurityGroups);
    return elb.change(async (tx) => {
      const current = await requireLoadBalancer(tx, ctx, input.LoadBalancerArn);
      await tx.loadBalancers.put(ctx, current.arn, { ...current, securityGroups: input.SecurityGroups });
      return { SecurityGroupIds: input.SecurityGroups };
    });
  };

export const setSubnets =
  (elb: Elb): Action<typeof SetSubnetsCommand> =>
  async (input, ctx) => {
    await requireLoadBalancer(elb.records, ctx, input.LoadBalancerArn);
    const { zones } = await placement(elb.network, ctx, input);
    return elb.change(async (tx) => {
      const current = await requireLoadBalancer(tx, ctx, input.LoadBalancerArn);
      const next = { ...current, zones };
      await tx.loadBalancers.put(ctx, current.arn, next);
      return { AvailabilityZones: shownZones(next), IpAddressType: 'ipv4' };
    });
  };
