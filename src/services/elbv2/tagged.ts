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

/** The default rule is its listener's, and so are its tags. */
async function taggedRule(records: ElbRecords, scope: Scope, arn: string): Promise<Tagged> {
  const listener = await findDefaultRule(records, scope, arn);
  if (!listener) return tagged(records.rules, scope, await requireRule(records, scope, arn));
  return {
    tags: listener.defaultRuleTags ?? {},
    keep: (tags) => records.listeners.put(scope, listener.arn, { ...listener, defaultRuleTags: tags }),
  };
}

const tagged = <T extends { readonly arn: string; readonly tags: TagSet }>(
  kind: Records<T>,
  scope: Scope,
  record: T,
): Tagged => ({ tags: record.tags, keep: (tags) => kind.put(scope, record.arn, { ...record, tags }) });
