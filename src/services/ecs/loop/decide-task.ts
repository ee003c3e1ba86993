import type { TaskStopCode } from '@aws-sdk/client-ecs';
import type { TargetHealth } from '../../../aws/targets.ts';
import type { Endpoint, TaskObservation } from '../../../drivers/runtimes/runtime.ts';
import { healthOfTask, type TaskBinding, type TaskRecord, type TaskTarget } from '../records/task.ts';

/** What was seen of a task, all of it after its record was read. */
export interface Sight {
  readonly observation: TaskObservation | undefined;
  /** The runtime was asked to start it and has not answered. */
  readonly isStarting: boolean;
  /** Target health by target group; a group that could not be asked is absent. */
  readonly health: ReadonlyMap<string, readonly TargetHealth[]>;
  /** Until when a target's bad health is forgiven, in epoch milliseconds. */
  readonly graceUntil: number;
  readonly now: number;
}

export type TaskDecision =
  | { readonly do: 'wait' }
  | { readonly do: 'start' }
  | { readonly do: 'mark-pending'; readonly observation: TaskObservation }
  | { readonly do: 'mark-running'; readonly observation: TaskObservation }
  | { readonly do: 'register'; readonly targets: readonly TaskTarget[] }
  | { readonly do: 'end'; readonly stopCode: TaskStopCode; readonly reason: string; readonly unhealthy?: TargetHealth }
  | { readonly do: 'deregister'; readonly targets: readonly TaskTarget[] }
  | { readonly do: 'mark-drained'; readonly targets: readonly TaskTarget[] }
  | { readonly do: 'signal' }
  | { readonly do: 'finish' };

const WAIT: TaskDecision = { do: 'wait' };

/**
 * The next step of one task. Ending is always: out of the load balancer, drained, signalled, forgotten; a task whose
 * target still carries a request is never signalled (design, decision 4).
 */
export function decideTask(task: TaskRecord, sight: Sight): TaskDecision {
  if (task.lastStatus === 'STOPPED' || sight.isStarting) return WAIT;
  if (task.desiredStatus === 'STOPPED') return decideEnding(task, sight);
  return task.lastStatus === 'RUNNING' ? decideRunning(task, sight) : decideStarting(task, sight);
}

function decideStarting(task: TaskRecord, { observation }: Sight): TaskDecision {
  if (!observation) return { do: 'start' };
  if (observation.startFailure !== undefined)
    return { do: 'end', stopCode: 'TaskFailedToStart', reason: observation.startFailure };
  if (observation.state === 'starting')
    return task.lastStatus === 'PENDING' && isAsRecorded(task, observation)
      ? WAIT
      : { do: 'mark-pending', observation };
  if (observation.state === 'running') return { do: 'mark-running', observation };
  const hasRun = observation.startedAt !== undefined || hasLostEssential(task, observation, 'after it ran');
  return hasRun ? ESSENTIAL_EXITED : { do: 'end', stopCode: 'TaskFailedToStart', reason: 'Task failed to start' };
}

const ESSENTIAL_EXITED: TaskDecision = {
  do: 'end',
  stopCode: 'EssentialContainerExited',
  reason: 'Essential container in task exited',
};

function decideRunning(task: TaskRecord, sight: Sight): TaskDecision {
  const { observation } = sight;
  // A clean stop of Teal ends its tasks and leaves their records; so does a machine that went down.
  if (!observation) return { do: 'end', stopCode: 'TerminationNotice', reason: 'Host EC2 instance stopped.' };
  if (observation.state === 'stopped' || hasLostEssential(task, observation)) return ESSENTIAL_EXITED;
  const unregistered = task.isWithdrawn ? [] : missingTargets(task, observation);
  if (unregistered.length > 0) return { do: 'register', targets: unregistered };
  const unhealthy = task.isWithdrawn ? undefined : findUnhealthy(task, sight);
  if (unhealthy)
    return {
      do: 'end',
      stopCode: 'ServiceSchedulerInitiated',
      reason: `Task failed ELB health checks in (target-group ${unhealthy.target.targetGroupArn})`,
      unhealthy: unhealthy.health,
    };
  if (!isAsRecorded(task, observation)) return { do: 'mark-running', observation };
  if (isUnhealthy(task, sight))
    return { do: 'end', stopCode: 'ServiceSchedulerInitiated', reason: 'Task failed container health checks' };
  return (task.isWithdrawn && decideLeaving(task, sight.health)) || WAIT;
}

const isAsRecorded = (task: TaskRecord, observation: TaskObservation): boolean =>
  JSON.stringify(observation.containers) === JSON.stringify(task.containers);

/** Only a service replaces a task for its health; others go on, and show it. */
const isUnhealthy = (task: TaskRecord, { graceUntil, now }: Sight): boolean =>
  task.setId !== undefined && now >= graceUntil && healthOfTask(task) === 'UNHEALTHY';

const hasLostEssential = (task: TaskRecord, observation: TaskObservation, when?: 'after it ran'): boolean =>
  observation.containers.some(
    ({ name, state, exitCode }) =>
      state === 'stopped' &&
      (when === undefined || exitCode !== undefined) &&
      task.spec.containers.some((spec) => spec.name === name && spec.essential),
  );

/** The registrations a running task still needs. */
function missingTargets(task: TaskRecord, observation: TaskObservation): TaskTarget[] {
  return task.bindings.flatMap((binding): TaskTarget[] => {
    const known = task.targets.find((target) => target.targetGroupArn === binding.targetGroupArn);
    if (known) return known.state === 'registering' ? [known] : [];
    const endpoint = findEndpoint(observation, binding);
    if (!endpoint) return [];
    const id = binding.targetType === 'instance' ? binding.instanceId : endpoint.host;
    return [{ targetGroupArn: binding.targetGroupArn, id, port: endpoint.port, state: 'registering' }];
  });
}

const findEndpoint = (observation: TaskObservation, binding: TaskBinding): Endpoint | undefined =>
  observation.containers
    .find(({ name }) => name === binding.containerName)
    ?.endpoints.find(({ containerPort, protocol }) => containerPort === binding.containerPort && protocol === 'tcp');

function findUnhealthy(task: TaskRecord, { health, graceUntil, now }: Sight) {
  if (now < graceUntil) return undefined;
  for (const target of task.targets) {
    const seen = healthOf(target, health);
    if (seen?.state === 'unhealthy') return { target, health: seen };
  }
  return undefined;
}

/** What the load balancer says of a target; `undefined` when it does not list it or was not asked. */
export const healthOf = (target: TaskTarget, health: Sight['health']): TargetHealth | undefined =>
  health.get(target.targetGroupArn)?.find(({ id, port }) => id === target.id && port === target.port);

function decideEnding(task: TaskRecord, { observation, health }: Sight): TaskDecision {
  const leaving = decideLeaving(task, health);
  if (leaving) return leaving;
  if (!observation || observation.state === 'stopped') return { do: 'finish' };
  return observation.state === 'stopping' ? WAIT : { do: 'signal' };
}

/** What is left to be done until it is out of every target group; `undefined` when it is. */
function decideLeaving(task: TaskRecord, health: Sight['health']): TaskDecision | undefined {
  const inService = task.targets.filter(({ state }) => state === 'registering' || state === 'registered');
  if (inService.length > 0) return { do: 'deregister', targets: inService };
  const draining = task.targets.filter(({ state }) => state === 'draining');
  return draining.length > 0 ? decideDraining(draining, health) : undefined;
}

function decideDraining(draining: readonly TaskTarget[], health: Sight['health']): TaskDecision {
  const asked = draining.filter(({ targetGroupArn }) => health.has(targetGroupArn));
  const gone = asked.filter((target) => !healthOf(target, health));
  if (gone.length > 0) return { do: 'mark-drained', targets: gone };
  // Recorded as draining, yet still in service: the process ended before the load balancer was told.
  const untold = asked.filter((target) => !healthOf(target, health)?.state.includes('draining'));
  return untold.length > 0 ? { do: 'deregister', targets: untold } : WAIT;
}
