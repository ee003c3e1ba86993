import type { DescribeLoadBalancersCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Action } from '../../../wire/types.ts';
import type { Elb } from '../elb.ts';
import { validationError } from '../faults.ts';
import { loadBalancerNotFound } from '../look-ups.ts';
import { page } from '../paging.ts';
import { shownLoadBalancer } from '../shown/load-balancer.ts';

/** Source: API Reference, DescribeLoadBalancers; the words are assumed. */
const MOST_ARNS = 20;

export const describeLoadBalancers =
  (elb: Elb): Action<typeof DescribeLoadBalancersCommand> =>
  async (input, ctx) => {
    const { LoadBalancerArns: arns = [], Names: names = [] } = input;
    if (arns.length > 0 && names.length > 0)
      throw validationError('Load balancer names and load balancer ARNs cannot be specified at the same time');
    if (arns.length > MOST_ARNS) throw validationError(`You cannot specify more than ${MOST_ARNS} load balancers`);
    const all = await elb.records.loadBalancers.list(ctx);
    const isKnown = (field: 'arn' | 'name') => (wanted: string) => all.some((record) => record[field] === wanted);
    if (!arns.every(isKnown('arn')) || !names.every(isKnown('name'))) throw loadBalancerNotFound();
    const found = all.filter(({ arn, name }) =>
      arns.length > 0 ? arns.includes(arn) : names.length === 0 || names.includes(name),
    );
    const { shown, ...rest } = page(found, (record) => record.arn, input);
    return { LoadBalancers: shown.map((record) => shownLoadBalancer(record, 'active')), ...rest };
  };
