import type { Scope } from '../../../kernel/scope.ts';
import type { Kept } from '../../../store/store.ts';
import type { EcsDeps } from '../deps.ts';
import type { ServiceRecord } from '../records/service.ts';
import type { TaskSetRecord } from '../records/task-set.ts';
import type { TaskRecord } from '../records/task.ts';
import { deploymentEvent, serviceEvents, taskEvent, taskSetEvent, type EcsEvent } from '../views/platform-events.ts';

type Tools = Pick<EcsDeps, 'clock' | 'emit' | 'logger'>;

/** Tells the event bus what has changed since the pass before. */
export interface ChangeTeller {
  tasks(kept: readonly Kept<TaskRecord>[]): Promise<void>;
  sets(kept: readonly Kept<TaskSetRecord>[]): Promise<void>;
  services(kept: readonly Kept<ServiceRecord>[]): Promise<void>;
}

/**
 * What the first pass sees was told before, by this Teal or the one before it; a change between a Teal's last look and
 * its end is told as part of the next one that follows.
 */
export function createChangeTeller(tools: Tools): ChangeTeller {
  const tasks = comparing<TaskRecord>(tools, stateOfTask, (scope, task) => [taskEvent(scope, task, tools.clock.now())]);
  const sets = comparing<TaskSetRecord>(tools, stateOfSet, (scope, set, before) => {
    const wasSteady = before?.endsWith('STEADY_STATE') ?? false;
    if (set.kind === 'task-set')
      return set.stability === 'STEADY_STATE' && !wasSteady ? [taskSetEvent(scope, set)] : [];
    return before?.split(' ')[0] === (set.rolloutState ?? 'none') ? [] : [deploymentEvent(scope, set)];
  });
  const services = comparing<ServiceRecord>(
    tools,
    ({ events }) => events[0]?.id ?? '',
    (scope, service, before) => serviceEvents(scope, service, before),
  );
  return { tasks, sets, services };
}

const stateOfTask = ({ lastStatus, desiredStatus }: TaskRecord): string => `${lastStatus} ${desiredStatus}`;

const stateOfSet = ({ rolloutState, stability }: TaskSetRecord): string => `${rolloutState ?? 'none'} ${stability}`;

/** Compares states with those of the time before. One that could not be told is told the next time. */
function comparing<T>(
  { emit, logger }: Tools,
  stateOf: (record: T) => string,
  eventsOf: (scope: Scope, record: T, before: string | undefined) => readonly EcsEvent[],
) {
  let known: Map<string, string> | undefined;
  return async (kept: readonly Kept<T>[]): Promise<void> => {
    const next = new Map<string, string>();
    for (const { scope, id, record } of kept) {
      const key = `${scope.account} ${scope.region} ${id}`;
      const [before, now] = [known?.get(key), stateOf(record)];
      next.set(key, now);
      if (!known || before === now) continue;
      try {
        for (const event of eventsOf(scope, record, before)) await emit(scope, event);
      } catch (cause) {
        logger.warn('a change could not be told and is tried again', { id, cause });
        if (before === undefined) next.delete(key);
        else next.set(key, before);
      }
    }
    known = next;
  };
}
