/** What one account may have in a region. Source: platform spec 10.7 and AWS's quotas page. */
export const LIMITS = {
  loadBalancers: 50,
  targetGroups: 3000,
  listenersPerLoadBalancer: 50,
  rulesPerLoadBalancer: 100,
  targetsPerGroup: 1000,
  /** Default ones not counted. */
  certificatesPerLoadBalancer: 25,
  targetsPerLoadBalancer: 1000,
  targetGroupsPerAction: 5,
  targetGroupsPerLoadBalancer: 100,
  conditionValuesPerRule: 5,
  conditionWildcardsPerRule: 5,
} as const;
