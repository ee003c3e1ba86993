import type { ServiceRecord } from '../records/service.ts';
import type { TaskSetRecord } from '../records/task-set.ts';

/**
 * The set that traffic belongs to when a deployment begins, and that it goes back to: the one that was last deployed
 * wholly, else any that is left.
 *
 * @param survivor - the id of the set that is known to be it
 */
export function servingSet(sources: readonly TaskSetRecord[], survivor: string | undefined): TaskSetRecord | undefined {
  const left = sources.filter(({ status }) => status !== 'DRAINING');
  return (
    left.find(({ id }) => id === survivor) ??
    left.findLast(({ rolloutState }) => rolloutState === 'COMPLETED') ??
    left.findLast(({ rolloutState }) => rolloutState !== 'FAILED') ??
    left.at(-1)
  );
}

const groupOf = (set: Pick<TaskSetRecord, 'loadBalancers'> | undefined): string | undefined =>
  set?.loadBalancers[0]?.targetGroupArn;

/** The target group for a new revision: that of the pair in which nothing serves. Source: spec, §9.3. */
export function idleGroup(service: ServiceRecord, serving: TaskSetRecord | undefined): string | undefined {
  const [entry] = service.loadBalancers;
  const alternate = entry?.advancedConfiguration?.alternateTargetGroupArn;
  return serving && groupOf(serving) === entry?.targetGroupArn ? alternate : entry?.targetGroupArn;
}

/** A rolling update stays in the target group of the pair that serves. */
export function servingGroup(service: ServiceRecord, serving: TaskSetRecord | undefined): string | undefined {
  const [entry] = service.loadBalancers;
  const alternate = entry?.advancedConfiguration?.alternateTargetGroupArn;
  return alternate !== undefined && groupOf(serving) === alternate ? alternate : entry?.targetGroupArn;
}
