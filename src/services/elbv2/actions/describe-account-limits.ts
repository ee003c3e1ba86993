import type { DescribeAccountLimitsCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Action } from '../../../wire/types.ts';
import { LIMITS } from '../limits.ts';

const SHOWN = {
  'application-load-balancers': LIMITS.loadBalancers,
  'target-groups': LIMITS.targetGroups,
  'targets-per-target-group': LIMITS.targetsPerGroup,
  'listeners-per-application-load-balancer': LIMITS.listenersPerLoadBalancer,
  'certificates-per-application-load-balancer': LIMITS.certificatesPerLoadBalancer,
  'rules-per-application-load-balancer': LIMITS.rulesPerLoadBalancer,
  'target-groups-per-action-on-application-load-balancer': 5,
  'condition-values-per-alb-rule': 5,
  'condition-wildcards-per-alb-rule': 5,
};

export const describeAccountLimits = (): Action<typeof DescribeAccountLimitsCommand> => () => ({
  Limits: Object.entries(SHOWN).map(([Name, Max]) => ({ Name, Max: String(Max) })),
});
