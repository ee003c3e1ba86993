import type { DescribeSSLPoliciesCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Action } from '../../../wire/types.ts';
import { page } from '../paging.ts';
import { checkedSslPolicy, shownSslPolicy, sslPolicyNames } from '../settings/ssl-policies.ts';

export const describeSslPolicies: Action<typeof DescribeSSLPoliciesCommand> = (input) => {
  const asked = input.Names?.length ? [...new Set(input.Names)].map(checkedSslPolicy) : sslPolicyNames();
  const found = input.LoadBalancerType === 'gateway' ? [] : asked;
  const { shown, ...rest } = page(found, (name) => name, input);
  return { SslPolicies: shown.map(shownSslPolicy), ...rest };
};
