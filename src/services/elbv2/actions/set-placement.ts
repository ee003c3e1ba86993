import type {
  SetIpAddressTypeCommand,
  SetSecurityGroupsCommand,
  SetSubnetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Action } from '../../../wire/types.ts';
import type { Elb } from '../elb.ts';
import { requireLoadBalancer } from '../look-ups.ts';
import { addressType } from '../settings/address-type.ts';
import { placement } from '../settings/placement.ts';
import { shownZones } from '../shown/load-balancer.ts';
import { checkSecurityGroups } from './create-load-balancer.ts';

// Kept and shown; a local balancer listens on the host's own addresses.

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
    const before = await requireLoadBalancer(elb.records, ctx, input.LoadBalancerArn);
    const { zones } = await placement(elb.network, ctx, input);
    const wanted = input.IpAddressType && addressType(input.IpAddressType, before.scheme);
    return elb.change(async (tx) => {
      const current = await requireLoadBalancer(tx, ctx, input.LoadBalancerArn);
      const next = { ...current, zones, ...(wanted && { ipAddressType: wanted }) };
      await tx.loadBalancers.put(ctx, current.arn, next);
      return { AvailabilityZones: shownZones(next), IpAddressType: next.ipAddressType ?? 'ipv4' };
    });
  };

export const setIpAddressType =
  (elb: Elb): Action<typeof SetIpAddressTypeCommand> =>
  (input, ctx) =>
    elb.change(async (tx) => {
      const current = await requireLoadBalancer(tx, ctx, input.LoadBalancerArn);
      const ipAddressType = addressType(input.IpAddressType, current.scheme);
      await tx.loadBalancers.put(ctx, current.arn, { ...current, ipAddressType });
      return { IpAddressType: ipAddressType };
    });
