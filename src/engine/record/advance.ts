import type { Deployment, Instant } from '../deployment.ts';
import type { EventStatus, LifecycleEvent, LifecycleEventName, Progress } from '../progress.ts';
import { planOf } from '../plan/plan-state.ts';
import type { PlanState, Step } from '../plan/step.ts';
import type { Stage } from '../stages.ts';

/** The deployment with its first step open. One without steps is over at once. */
export function begin(deployment: Deployment, now: Instant): Deployment {
  const plan: PlanState = { ...planOf(deployment), at: 0, since: now, acting: false };
  const started: Deployment = { ...deployment, status: 'InProgress', startedAt: now };
  return open(change(started, { targetStatus: 'InProgress', plan }, now), now);
}

/** Ends the current step and opens the next one, or finishes. `found` is what the step learnt. */
export function advance(deployment: Deployment, now: Instant, found: Partial<PlanState> = {}): Deployment {
  const plan = planOf(deployment);
  const step = plan.steps[plan.at];
  const next = plan.steps[plan.at + 1];
  const closed = step?.event !== undefined && step.event !== next?.event ? step.event : undefined;
  const events = closed ? mark(deployment.progress.events, closed, 'Succeeded', now) : deployment.progress.events;
  const { wait: _over, ...progress } = deployment.progress;
  const moved: PlanState = { ...plan, ...found, at: plan.at + 1, since: now, acting: false };
  const left: Deployment = step?.kind === 'readyGate' ? { ...deployment, status: 'InProgress' } : deployment;
  const targetStatus = step?.kind === 'readyGate' ? 'InProgress' : progress.targetStatus;
  return open({ ...left, progress: { ...progress, targetStatus, events, plan: moved, updatedAt: now } }, now);
}

function open(deployment: Deployment, now: Instant): Deployment {
  const plan = planOf(deployment);
  const step: Step | undefined = plan.steps[plan.at];
  if (!step) return finish(deployment, now);
  if (step.kind === 'readyGate') return change({ ...deployment, status: 'Ready' }, { targetStatus: 'Ready' }, now);
  // The target has succeeded before the termination wait, which belongs to the deployment. Source: §18, row 1.
  if (step.kind === 'terminationWait')
    return change(deployment, { targetStatus: 'Succeeded', terminationWaitStartedAt: now }, now);
  if (!step.event) return deployment;
  return change(deployment, { events: mark(deployment.progress.events, step.event, 'InProgress', now) }, now);
}

function finish(deployment: Deployment, now: Instant): Deployment {
  const startedAt = deployment.startedAt ?? now;
  const events = deployment.progress.events.map((event): LifecycleEvent =>
    event.finishedAt === undefined ? { name: event.name, status: 'Succeeded', startedAt, finishedAt: now } : event,
  );
  return change({ ...deployment, status: 'Succeeded', finishedAt: now }, { targetStatus: 'Succeeded', events }, now);
}

const mark = (
  events: readonly LifecycleEvent[],
  name: LifecycleEventName | Stage,
  status: EventStatus,
  now: Instant,
): readonly LifecycleEvent[] =>
  events.map((event) => {
    if (event.name !== name || event.status === status) return event;
    return status === 'InProgress' ? { ...event, status, startedAt: now } : { ...event, status, finishedAt: now };
  });

const change = (deployment: Deployment, progress: Partial<Progress>, now: Instant): Deployment => ({
  ...deployment,
  progress: { ...deployment.progress, ...progress, updatedAt: now },
});
