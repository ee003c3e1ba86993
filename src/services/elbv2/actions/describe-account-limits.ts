import type { DescribeAccountLimitsCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Action } from '../../../wire/types.ts';
import { LIMITS } from '../limits.ts';
import { page } from '../paging.ts';

/** Of what Teal does not serve there may be none. */
const SHOWN = {
  'target-groups': LIMITS.targetGroups,
  'targets-per-application-load-balancer': LIMITS.targetsPerLoadBalancer,
  'listeners-per-application-load-balancer': LIMITS.listenersPerLoadBalancer,
  'application-load-balancers': LIMITS.loadBalancers,
  'network-load-balancers': 0,
  'targets-per-network-load-balancer': 0,
  'targets-per-availability-zone-per-network-load-balancer': 0,
  'listeners-per-network-load-balancer': 0,
  'condition-values-per-alb-rule': LIMITS.conditionValuesPerRule,
  'condition-wildcards-per-alb-rule': LIMITS.conditionWildcardsPerRule,
  'rules-per-application-load-balancer': LIMITS.rulesPerLoadBalancer,
  'target-groups-per-action-on-application-load-balancer': LIMITS.targetGroupsPerAction,
  'target-groups-per-action-on-network-load-balancer': 0,
  'certificates-per-application-load-balancer': LIMITS.certificatesPerLoadBalancer,
  'certificates-per-network-load-balancer': 0,
  'targets-per-target-group': LIMITS.targetsPerGroup,
  'target-id-registrations-per-application-load-balancer': LIMITS.targetsPerLoadBalancer,
  'target-groups-per-application-load-balancer': LIMITS.targetGroupsPerLoadBalancer,
  'gateway-load-balancers': 0,
  'gateway-load-balancers-per-vpc': 0,
  'geneve-target-groups': 0,
  'targets-per-availability-zone-per-gateway-load-balancer': 0,
};

/** Source: API Reference, Limit. */
export const describeAccountLimits = (): Action<typeof DescribeAccountLimitsCommand> => (input) => {
  const { shown, ...rest } = page(Object.entries(SHOWN), ([name]) => name, input);
  return { Limits: shown.map(([Name, Max]) => ({ Name, Max: String(Max) })), ...rest };
};
