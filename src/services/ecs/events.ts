import { newId } from '../../kernel/ids.ts';
import { minutes } from '../../kernel/span.ts';
import type { EventRecord, ServiceRecord } from './records/service.ts';

const MOST = 100;
/** A message that says the same again is left out for so long. Source: spec, §8.2. */
export const REPEATS_AFTER = minutes(6 * 60);

/** Adds events, the newest first; one that only repeats the newest is left out for six hours. */
export function withEvents<T extends Pick<ServiceRecord, 'events'>>(
  service: T,
  messages: readonly string[],
  now: number,
): T {
  const events = messages.reduce<readonly EventRecord[]>((events, message) => {
    const [newest] = events;
    if (newest?.message === message && now - newest.at < REPEATS_AFTER) return events;
    return [{ id: newId.uuid(), at: now, message }, ...events];
  }, service.events);
  return events === service.events ? service : { ...service, events: events.slice(0, MOST) };
}

interface Subject {
  readonly service: string;
  /** Named in the text for task sets only, as AWS does. */
  readonly set?: { readonly id: string; readonly kind: 'task-set' | 'deployment' } | undefined;
}

const prefix = ({ service, set }: Subject): string =>
  set?.kind === 'task-set' ? `(service ${service}, taskSet ${set.id})` : `(service ${service})`;

const list = (ids: readonly string[]): string => ids.map((id) => `(task ${id})`).join(' ');

const LACKS = {
  CPU: 'has insufficient CPU units available.',
  MEMORY: 'has insufficient memory available.',
  PORTS: 'is already using a port required by your task.',
} as const;

type Lack = keyof typeof LACKS;

/** The texts of service events. Source: spec, event message catalogue. */
export const eventText = {
  started: (subject: Subject, ids: readonly string[]) =>
    `${prefix(subject)} has started ${ids.length} tasks: ${list(ids)}.`,
  registered: (subject: Subject, n: number, targetGroupArn: string) =>
    `${prefix(subject)} registered ${n} targets in (target-group ${targetGroupArn})`,
  deregistered: (subject: Subject, n: number, targetGroupArn: string) =>
    `${prefix(subject)} deregistered ${n} targets in (target-group ${targetGroupArn})`,
  draining: ({ service, set }: Subject, n: number) =>
    `(service ${service}${set ? `, taskSet ${set.id}` : ''}) has begun draining connections on ${n} tasks.`,
  stopped: (subject: Subject, ids: readonly string[]) =>
    `${prefix(subject)} has stopped ${ids.length} running tasks: ${list(ids)}.`,
  stoppedPending: (subject: Subject, n: number) => `${prefix(subject)} stopped ${n} pending tasks.`,
  steady: (service: string) => `(service ${service}) has reached a steady state.`,
  setSteady: (subject: Subject) => `${prefix(subject)} updated state to STEADY_STATE.`,
  completed: (service: string, id: string) => `(service ${service}) (deployment ${id}) deployment completed.`,
  isCompleted: (service: string, message: string): boolean =>
    message.startsWith(`(service ${service}) (deployment `) && message.endsWith(' deployment completed.'),
  failed: (service: string, id: string, why: string) =>
    `(service ${service}) (deployment ${id}) deployment failed: ${why}.`,
  rollingBack: (service: string, id: string) => `(service ${service}) rolling back to deployment ${id}.`,
  blocked: (service: string) =>
    `(service ${service}) was unable to stop or start tasks during a deployment because of the service deployment configuration. Update the minimumHealthyPercent or maximumPercent value and try again.`,
  containerUnhealthy: (service: string, task: string) =>
    `(service ${service}) (task ${task}) failed container health checks.`,
  rescaled: (service: string, id: string, n: number) =>
    `(service ${service}) updated computedDesiredCount for taskSet ${id} to ${n}.`,
  unhealthy: (service: string, task: string, port: number, targetGroupArn: string, reason: string) =>
    `(service ${service}) (task ${task}) (port ${port}) is unhealthy in (target-group ${targetGroupArn}) due to (reason ${reason}).`,
  startFailed: (subject: Subject, task: string, reason: string) =>
    `${prefix(subject)} was unable to start (task ${task}): ${reason}`,
  unplaced: (subject: Subject, containerInstance: string, lack: Lack) =>
    `${prefix(subject)} was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance ${containerInstance}) ${LACKS[lack]} For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.`,
  /** What is lacking according to such a message; `undefined` for any other. */
  lackIn: (message: string): Lack | undefined =>
    message.includes(' was unable to place a task because no container instance met all of its requirements. ')
      ? (Object.keys(LACKS) as Lack[]).find((lack) => message.includes(LACKS[lack]))
      : undefined,
  /** Source: recorded. */
  heldBack: (service: string, id: string, n: number) =>
    `(service ${service}) was unable to reach steady state because (taskSet ${id}) was unable to scale in due to (reason ${n} tasks under protection)`,
  impaired: (service: string) =>
    `(service ${service}) is unable to consistently start tasks successfully. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.`,
  noTargetGroup: (subject: Subject, targetGroupArn: string) =>
    `${prefix(subject)} failed to register targets in (target-group ${targetGroupArn}) with (error The target group does not exist.)`,
};
