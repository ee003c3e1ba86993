import type { Scope } from '../../kernel/scope.ts';
import type { Records } from '../../store/store.ts';
import { findDefaultRule, requireListener, requireLoadBalancer, requireRule, requireTargetGroup } from './look-ups.ts';
import { validationError } from './faults.ts';
import type { ElbRecords, TagSet } from './records.ts';

export interface Tagged {
  readonly tags: TagSet;
  keep(tags: TagSet): Promise<void>;
}

/** The resource that has the tags, whatever its kind. @throws the NotFound exception of its kind */
export async function requireTagged(records: ElbRecords, scope: Scope, arn: string): Promise<Tagged> {
  const resource = arn.split(':').slice(5).join(':');
  if (resource.startsWith('loadbalancer/'))
    return tagged(records.loadBalancers, scope, await requireLoadBalancer(records, scope, arn));
  if (resource.startsWith('targetgroup/'))
    return tagged(records.targetGroups, scope, await requireTargetGroup(records, scope, arn));
  if (resource.startsWith('listener/'))
    return tagged(records.listeners, scope, await requireListener(records, scope, arn));
  if (resource.startsWith('listener-rule/')) return taggedRule(records, scope, arn);
  throw validationError(`'${arn}' is not the ARN of a load balancer, target group, listener or rule`);
}

async function taggedRule(records: ElbRecords, scope: Scope, arn: string): Promise<Tagged> {
  if (!(await findDefaultRule(records, scope, arn)))
    return tagged(records.rules, scope, await requireRule(records, scope, arn));
  return {
    tags: {},
    keep: async () => {
      throw validationError(`The default rule '${arn}' cannot be tagged in Teal yet; tag its listener instead`);
    },
  };
}

const tagged = <T extends { readonly arn: string; readonly tags: TagSet }>(
  kind: Records<T>,
  scope: Scope,
  record: T,
): Tagged => ({ tags: record.tags, keep: (tags) => kind.put(scope, record.arn, { ...record, tags }) });
