import type { TargetHealth } from '../../../aws/targets.ts';
import { millis, minutes, seconds } from '../../../kernel/span.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { TaskObservation } from '../../../drivers/runtimes/runtime.ts';
import type { Kept } from '../../../store/store.ts';
import type { EcsDeps } from '../deps.ts';
import { serviceKey, services, type ServiceRecord } from '../records/service.ts';
import { taskSets, type TaskSetRecord } from '../records/task-set.ts';
import { tasks, type TaskRecord } from '../records/task.ts';
import { decideTask } from './decide-task.ts';
import { condemnTask, ended } from './end-task.ts';
import type { Happening } from './happenings.ts';
import { performTask } from './perform-task.ts';
import { reconcileService } from './reconcile-service.ts';
import type { ChangeTeller } from './tell-changes.ts';
import type { TaskWork } from './task-work.ts';
import type { AlarmWatch } from './watch-alarms.ts';

export interface PassMemory {
  /** Starts that the runtime has not answered, by task id. */
  readonly starting: ReadonlySet<string>;
  /** The last health that could be read; only for telling whether a set is steady. */
  readonly lastHealth: Map<string, readonly TargetHealth[]>;
  begin(task: TaskRecord): void;
  readonly teller: ChangeTeller;
  readonly alarms: AlarmWatch;
}

export interface PassOutcome {
  /** Steps were taken, so that more may be possible at once. */
  readonly progressed: boolean;
  readonly isSettled: boolean;
  /** A client could see a difference. */
  readonly changed: boolean;
}

/** Stopped tasks stay describable this long. Source: ECS developer guide, stopped tasks. */
const KEEP_STOPPED = minutes(60);

/** Looks at everything once and takes every step that is possible now. */
export async function runPass(deps: EcsDeps, memory: PassMemory): Promise<PassOutcome> {
  const now = deps.clock.now().getTime();
  const starting = new Set(memory.starting);
  // Observed before the records are read: what is seen running was recorded before.
  const observations = new Map((await deps.runtime.observe()).map((one) => [one.taskId, one]));
  const kept = await tasks(deps.store).everywhere();
  await memory.teller.tasks(kept);
  await endStrays(deps, observations, kept);
  await forgetStopped(deps, kept, now);
  const live = kept.filter(({ record }) => record.lastStatus !== 'STOPPED');
  const keptServices = (await services(deps.store).everywhere()).filter(({ record }) => record.status !== 'INACTIVE');
  await memory.teller.services(keptServices);
  const health = await readHealth(deps, live, memory);
  const happenings: Happening[] = [];
  const steps = await Promise.all(
    live.map((one) =>
      advance(deps, one, {
        now,
        health,
        observation: observations.get(one.id),
        isStarting: starting.has(one.id),
        graceUntil: graceUntil(deps, one, keptServices),
        memory,
        tell: (happening) => void happenings.push(happening),
      }),
    ),
  );
  const fleet = await reconcile(deps, keptServices, happenings, memory, now);
  const progressed = steps.includes('moved') || fleet.changed;
  return {
    progressed,
    isSettled: !progressed && steps.every((step) => step === 'still') && fleet.isSettled,
    changed: progressed || steps.includes('asked'),
  };
}

async function reconcile(
  deps: EcsDeps,
  keptServices: readonly Kept<ServiceRecord>[],
  happenings: readonly Happening[],
  memory: PassMemory,
  now: number,
) {
  const live = (await tasks(deps.store).everywhere()).filter(({ record }) => record.lastStatus !== 'STOPPED');
  const keptSets = await taskSets(deps.store).everywhere();
  await memory.teller.sets(keptSets);
  await endOrphans(deps, live, keptSets, now);
  let changed = false;
  let isSettled = true;
  for (const { scope, record: before } of keptServices) {
    const service = await services(deps.store).get(scope, serviceKey(before));
    if (!service || service.status === 'INACTIVE') continue;
    const sets = await taskSets(deps.store).list(scope, serviceKey(service));
    const outcome = await reconcileService({
      deps,
      scope,
      service,
      sets,
      tasks: live.filter((one) => isSame(one.scope, scope)).map(({ record }) => record),
      health: memory.lastHealth,
      happenings: happenings.filter(({ setId }) => sets.some(({ id }) => id === setId)),
      alarms: memory.alarms,
      now,
    });
    changed ||= outcome.changed;
    isSettled &&= outcome.isSettled;
  }
  return { changed, isSettled };
}

type Step = 'still' | 'waiting' | 'asked' | 'moved';

interface Around {
  readonly now: number;
  readonly health: ReadonlyMap<string, readonly TargetHealth[]>;
  readonly observation: TaskObservation | undefined;
  readonly isStarting: boolean;
  readonly graceUntil: number;
  readonly memory: PassMemory;
  tell(happening: Happening): void;
}

async function advance(deps: EcsDeps, { scope, record: task }: Kept<TaskRecord>, around: Around): Promise<Step> {
  const decision = decideTask(task, around);
  if (decision.do === 'wait') {
    const isUp = task.lastStatus === 'RUNNING' && task.targets.length === task.bindings.length;
    return isUp && task.desiredStatus === 'RUNNING' ? 'still' : 'waiting';
  }
  const work: TaskWork = {
    deps,
    scope,
    task,
    observation: around.observation,
    now: around.now,
    begin: (begun) => around.memory.begin(begun),
    tell: (happening) => around.tell(happening),
  };
  const isCondemned = decision.do === 'end' && decision.stopCode === 'ServiceSchedulerInitiated' && task.setId;
  if (isCondemned && task.failing) return 'waiting';
  try {
    // Its service decides when it goes: a replacement may have to come first.
    if (isCondemned) await condemnTask(work, decision);
    else await performTask(work, decision);
  } catch (cause) {
    deps.logger.warn('a step of a task failed and is tried again', { taskId: task.id, step: decision.do, cause });
    return 'waiting';
  }
  // The load balancer answers in its own time, so asking again at once would only burn the processor.
  return decision.do === 'register' || decision.do === 'deregister' ? 'asked' : 'moved';
}

async function readHealth(deps: EcsDeps, live: readonly Kept<TaskRecord>[], { lastHealth }: PassMemory) {
  const health = new Map<string, readonly TargetHealth[]>();
  const groups = new Map<string, Scope>();
  for (const { scope, record } of live)
    for (const { targetGroupArn, state } of record.targets) if (state !== 'drained') groups.set(targetGroupArn, scope);
  await Promise.all(
    [...groups].map(async ([arn, scope]) => {
      try {
        health.set(arn, await deps.targets.health(scope, arn));
      } catch (cause) {
        deps.logger.warn('target health could not be read', { targetGroupArn: arn, cause });
      }
    }),
  );
  for (const [arn, seen] of health) lastHealth.set(arn, seen);
  for (const arn of [...lastHealth.keys()]) if (!groups.has(arn)) lastHealth.delete(arn);
  return health;
}

function graceUntil(deps: EcsDeps, { scope, record: task }: Kept<TaskRecord>, known: readonly Kept<ServiceRecord>[]) {
  const service = known.find(
    (one) => isSame(one.scope, scope) && one.record.name === task.service && one.record.cluster === task.cluster,
  );
  const grace = service?.record.healthCheckGracePeriodSeconds ?? 0;
  return (task.startedAt ?? 0) + deps.clock.scaled(seconds(grace));
}

/** Ends what the runtime holds and no live record knows. */
async function endStrays(
  { runtime, logger }: EcsDeps,
  observations: ReadonlyMap<string, TaskObservation>,
  kept: readonly Kept<TaskRecord>[],
): Promise<void> {
  const known = new Set(kept.filter(({ record }) => record.lastStatus !== 'STOPPED').map(({ id }) => id));
  for (const { taskId, state } of observations.values()) {
    if (known.has(taskId) || state === 'stopping') continue;
    logger.info('a task without a record ends', { taskId, state });
    if (state === 'stopped') await runtime.remove(taskId);
    else await runtime.stop(taskId, seconds(30));
  }
}

async function forgetStopped({ store }: EcsDeps, kept: readonly Kept<TaskRecord>[], now: number): Promise<void> {
  for (const { scope, id, record } of kept)
    if (record.lastStatus === 'STOPPED' && now - (record.stoppedAt ?? 0) > KEEP_STOPPED)
      await tasks(store).remove(scope, id);
}

/** Ends tasks whose set went away while they were being recorded. */
async function endOrphans(
  { store }: EcsDeps,
  live: readonly Kept<TaskRecord>[],
  keptSets: readonly Kept<TaskSetRecord>[],
  now: number,
): Promise<void> {
  const ids = new Set(keptSets.map(({ id }) => id));
  for (const { scope, id, record } of live)
    if (record.setId !== undefined && !ids.has(record.setId) && record.desiredStatus === 'RUNNING')
      await tasks(store).change(scope, id, (task) =>
        ended(
          task,
          { stopCode: 'ServiceSchedulerInitiated', reason: 'Scaling activity initiated by its service' },
          now,
        ),
      );
}

const isSame = (a: Scope, b: Scope): boolean => a.account === b.account && a.region === b.region;

export const IDLE = millis(1000);
