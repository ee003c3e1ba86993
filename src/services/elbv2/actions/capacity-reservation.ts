import type {
  DescribeCapacityReservationCommand,
  ModifyCapacityReservationCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Action } from '../../../wire/types.ts';
import type { Elb } from '../elb.ts';
import { notServed } from '../faults.ts';
import { requireLoadBalancer } from '../look-ups.ts';

/** Nothing is reserved, as for a load balancer at AWS that never asked. */
export const describeCapacityReservation =
  (elb: Elb): Action<typeof DescribeCapacityReservationCommand> =>
  async (input, ctx) => {
    await requireLoadBalancer(elb.records, ctx, input.LoadBalancerArn);
    return { CapacityReservationState: [] };
  };

/** Taking back a reservation that is not there is no error. */
export const modifyCapacityReservation =
  (elb: Elb): Action<typeof ModifyCapacityReservationCommand> =>
  async (input, ctx) => {
    await requireLoadBalancer(elb.records, ctx, input.LoadBalancerArn);
    if (input.MinimumLoadBalancerCapacity) throw notServed('A capacity reservation');
    return { CapacityReservationState: [] };
  };
