import type { Scope } from '../../../kernel/scope.ts';
import type { Store } from '../../../store/store.ts';
import { elbRecords, type ActionRecord } from '../records.ts';

/** A load balancer and the groups that its listeners and rules send to. */
export interface Place {
  readonly scope: Scope;
  /** `app/NAME/ID`. */
  readonly loadBalancer: string;
  /** By ARN their names in dimensions, `targetgroup/NAME/ID`. */
  readonly groups: ReadonlyMap<string, string>;
}

const behind = (arn: string, word: string): string => arn.slice(arn.indexOf(word) + word.length);
const groupsOf = (action: ActionRecord): string[] =>
  action.type === 'forward' ? action.groups.map(({ targetGroupArn }) => targetGroupArn) : [];

export async function readPlaces(store: Store): Promise<Place[]> {
  const records = elbRecords(store);
  const listeners = (await records.listeners.everywhere()).map(({ record }) => record);
  const rules = (await records.rules.everywhere()).map(({ record }) => record);
  const loadBalancers = await records.loadBalancers.everywhere();
  return loadBalancers.map(({ scope, record: { arn } }) => {
    const own = listeners.filter(({ loadBalancerArn }) => loadBalancerArn === arn);
    const actions = [
      ...own.map(({ action }) => action),
      ...rules
        .filter((rule) => own.some(({ arn: listener }) => listener === rule.listenerArn))
        .map((rule) => rule.action),
    ];
    return {
      scope,
      loadBalancer: behind(arn, 'loadbalancer/'),
      groups: new Map(
        actions.flatMap(groupsOf).map((group) => [group, `targetgroup/${behind(group, ':targetgroup/')}`]),
      ),
    };
  });
}
