import type { PlatformEvent } from '../../../kernel/platform-event.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { arns } from '../arns.ts';
import { newsOf } from '../deployments/words.ts';
import { eventText } from '../events.ts';
import type { ServiceRecord } from '../records/service.ts';
import type { TaskSetRecord } from '../records/task-set.ts';
import type { TaskRecord } from '../records/task.ts';
import { showTask } from './show-task.ts';

export type EcsEvent = PlatformEvent & { readonly source: 'aws.ecs' };

/** Source: spec, EventBridge events of ECS. */
const event = (detailType: string, resource: string, detail: object): EcsEvent => ({
  source: 'aws.ecs',
  detailType,
  resources: [resource],
  // As JSON, in which instants are texts.
  detail: JSON.parse(JSON.stringify(detail)) as PlatformEvent['detail'],
});

/** A task in the state that it has come to. */
export function taskEvent(scope: Scope, task: TaskRecord, now: Date): EcsEvent {
  const { tags: _tags, ...shown } = showTask(scope, task);
  const attachments = shown.attachments?.map((attachment) => ({ ...attachment, type: 'eni' }));
  return event('ECS Task State Change', task.arn, { ...shown, attachments, updatedAt: now });
}

const action = (
  arn: string,
  clusterArn: string,
  at: number,
  eventType: 'INFO' | 'WARN' | 'ERROR',
  eventName: string,
  more = {},
) => event('ECS Service Action', arn, { eventType, eventName, clusterArn, createdAt: new Date(at), ...more });

/** A task set that has become steady. */
export const taskSetEvent = (scope: Scope, set: TaskSetRecord): EcsEvent =>
  action(
    arns.service(scope, set.cluster, set.service),
    arns.cluster(scope, set.cluster),
    set.stabilityAt,
    'INFO',
    'TASKSET_STEADY_STATE',
    { taskSetArns: [set.arn] },
  );

/** What a service's events since one of them say that EventBridge hears of, too; oldest first. */
export function serviceEvents(scope: Scope, service: ServiceRecord, since: string | undefined): EcsEvent[] {
  const { arn, cluster, name, events } = service;
  const clusterArn = arn.replace(/:service\/.*$/, `:cluster/${cluster}`);
  const last = events.findIndex(({ id }) => id === since);
  return events
    .slice(0, last < 0 ? events.length : last)
    .reverse()
    .flatMap(({ at, message }) => {
      if (message === eventText.steady(name)) return [action(arn, clusterArn, at, 'INFO', 'SERVICE_STEADY_STATE')];
      if (message === eventText.impaired(name))
        return [action(arn, clusterArn, at, 'WARN', 'SERVICE_TASK_START_IMPAIRED')];
      const lack = eventText.lackIn(message);
      if (lack === undefined) return [];
      const containerInstanceArns = [arns.containerInstance(scope, cluster)];
      const more = { containerInstanceArns, reason: `RESOURCE:${lack}` };
      return [action(arn, clusterArn, at, 'ERROR', 'SERVICE_TASK_PLACEMENT_FAILURE', more)];
    });
}

/** A deployment of the ECS controller that has begun, or has come to an end. */
export function deploymentEvent(scope: Scope, set: TaskSetRecord): EcsEvent {
  const { rolloutState = 'COMPLETED', rolloutReason } = set;
  const usual = `ECS deployment ${set.id} ${rolloutState === 'COMPLETED' ? 'completed' : 'in progress'}.`;
  return event('ECS Deployment State Change', arns.service(scope, set.cluster, set.service), {
    eventType: rolloutState === 'FAILED' ? 'ERROR' : 'INFO',
    eventName: `SERVICE_DEPLOYMENT_${rolloutState}`,
    deploymentId: set.id,
    updatedAt: new Date(set.updatedAt),
    reason: rolloutReason === undefined ? usual : newsOf(rolloutReason),
  });
}
