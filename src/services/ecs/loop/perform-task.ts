import type { TaskObservation } from '../../../drivers/runtimes/runtime.ts';
import { millis } from '../../../kernel/span.ts';
import { storeLastOutput } from '../output/follow-output.ts';
import { openOutputs } from '../output/open-outputs.ts';
import { forgetOutput } from '../output/store-output.ts';
import type { TaskRecord, TaskTarget } from '../records/task.ts';
import type { TaskDecision } from './decide-task.ts';
import { withEnvironmentFiles } from './environment-files.ts';
import { endTask } from './end-task.ts';
import { change, type TaskWork } from './task-work.ts';
import { withObservation } from './with-observation.ts';

/** Does what was decided for one task: first the record, then the deed, which may be repeated after a crash. */
export async function performTask(work: TaskWork, decision: TaskDecision): Promise<void> {
  switch (decision.do) {
    case 'wait':
      return;
    case 'start':
      return startTask(work);
    case 'mark-pending':
      return markPending(work, decision.observation);
    case 'mark-running':
      return markRunning(work, decision.observation);
    case 'register':
      return register(work, decision.targets);
    case 'end':
      return endTask(work, decision);
    case 'deregister':
      return deregister(work, decision.targets);
    case 'mark-drained':
      return void (await change(work, (task) => ({ ...task, targets: inState(task, decision.targets, 'drained') })));
    case 'signal':
      return signal(work);
    case 'finish':
      return finish(work);
  }
}

async function startTask(work: TaskWork): Promise<void> {
  const { deps, task } = work;
  const refusal = deps.runtime.refuse(task.spec);
  const reason =
    task.unserved ?? (refusal === undefined ? await openOutputs(deps, task) : `CannotCreateContainerError: ${refusal}`);
  if (reason !== undefined) return endTask(work, { stopCode: 'TaskFailedToStart', reason });
  const ready = await withEnvironmentFiles(work);
  if (typeof ready === 'string') return endTask(work, { stopCode: 'TaskFailedToStart', reason: ready });
  deps.checkpoint('ecs.task.recorded');
  // It may have been stopped while its files were read.
  if (ready.desiredStatus === 'RUNNING') work.begin(ready);
}

async function markPending(work: TaskWork, observation: TaskObservation): Promise<void> {
  await change(work, (task) => ({
    ...withObservation(task, observation),
    lastStatus: task.desiredStatus === 'RUNNING' ? 'PENDING' : task.lastStatus,
  }));
}

async function markRunning(work: TaskWork, observation: TaskObservation): Promise<void> {
  await change(work, (task) => ({
    ...withObservation(task, observation),
    lastStatus: task.desiredStatus === 'RUNNING' ? 'RUNNING' : task.lastStatus,
    startedAt: task.startedAt ?? observation.startedAt ?? work.now,
  }));
}

async function register(work: TaskWork, targets: readonly TaskTarget[]): Promise<void> {
  const { deps, scope, task } = work;
  for (const target of targets) {
    const recorded = await change(work, (current) =>
      current.desiredStatus === 'STOPPED' ? undefined : { ...current, targets: withTarget(current, target) },
    );
    if (recorded?.desiredStatus !== 'RUNNING') return;
    const { targetGroupArn } = target;
    const answer = await deps.targets.register(scope, targetGroupArn, target);
    if (answer === 'registered')
      await change(work, (current) => ({ ...current, targets: inState(current, [target], 'registered') }));
    if (task.setId !== undefined)
      work.tell({
        what: answer === 'registered' ? 'registered' : 'no-target-group',
        setId: task.setId,
        taskId: task.id,
        targetGroupArn,
      });
    deps.checkpoint('ecs.task.registered');
  }
}

async function deregister(work: TaskWork, targets: readonly TaskTarget[]): Promise<void> {
  const { deps, scope, task } = work;
  const isFirst = task.targets.every(({ state }) => state === 'registering' || state === 'registered');
  await change(work, (current) => ({
    ...current,
    lastStatus: current.desiredStatus === 'STOPPED' ? 'DEACTIVATING' : current.lastStatus,
    targets: inState(current, targets, 'draining'),
  }));
  if (isFirst && task.setId !== undefined) work.tell({ what: 'draining', setId: task.setId, taskId: task.id });
  for (const target of targets) {
    const { targetGroupArn } = target;
    await deps.targets.deregister(scope, targetGroupArn, target);
    if (task.setId !== undefined)
      work.tell({ what: 'deregistered', setId: task.setId, taskId: task.id, targetGroupArn });
  }
  deps.checkpoint('ecs.task.deregistered');
}

async function signal(work: TaskWork): Promise<void> {
  const { deps, task } = work;
  const isFirst = task.lastStatus !== 'STOPPING';
  await change(work, (current) => ({ ...current, lastStatus: 'STOPPING' }));
  await deps.runtime.stop(task.id, millis(task.stopTimeout));
  if (isFirst && task.setId !== undefined)
    work.tell({
      what: task.startedAt === undefined ? 'stopped-pending' : 'stopped',
      setId: task.setId,
      taskId: task.id,
    });
}

async function finish(work: TaskWork): Promise<void> {
  const { deps, task, observation, now } = work;
  const gone = (current: TaskRecord) => ({
    containers: current.containers.map((one) => ({ ...one, state: 'stopped' as const })),
  });
  await change(work, (current) => ({
    ...withObservation(current, observation ?? gone(current)),
    lastStatus: 'DEPROVISIONING',
    executionStoppedAt: current.executionStoppedAt ?? observation?.stoppedAt ?? now,
  }));
  await storeLastOutput(deps, task);
  await deps.runtime.remove(task.id);
  await forgetOutput(deps, task);
  await change(work, (current) => ({ ...current, lastStatus: 'STOPPED', stoppedAt: now }));
  deps.checkpoint('ecs.task.stopped');
}

const isSame = (a: TaskTarget, b: TaskTarget): boolean =>
  a.targetGroupArn === b.targetGroupArn && a.id === b.id && a.port === b.port;

const withTarget = (task: TaskRecord, target: TaskTarget): TaskTarget[] => [
  ...task.targets.filter((known) => !isSame(known, target)),
  target,
];

const inState = (task: TaskRecord, targets: readonly TaskTarget[], state: TaskTarget['state']): TaskTarget[] =>
  task.targets.map((known) => (targets.some((target) => isSame(known, target)) ? { ...known, state } : known));
