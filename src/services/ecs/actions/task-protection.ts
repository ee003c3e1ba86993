import type { GetTaskProtectionCommand, ProtectedTask, UpdateTaskProtectionCommand } from '@aws-sdk/client-ecs';
import type { Clock } from '../../../kernel/clock.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { minutes } from '../../../kernel/span.ts';
import type { Transaction } from '../../../store/store.ts';
import type { Action, ActionInput } from '../../../wire/types.ts';
import { arns } from '../arns.ts';
import { taskId } from '../checks/task-id.ts';
import type { EcsDeps } from '../deps.ts';
import { invalidParameter } from '../faults.ts';
import { requireCluster } from '../records/cluster.ts';
import { serviceKey, services } from '../records/service.ts';
import { isProtected, isWanted, tasks, type TaskRecord } from '../records/task.ts';

/** Minutes. Source: API reference, UpdateTaskProtection. */
const USUAL = 120;
const LONGEST = 2880;
const MOST_UPDATED = 10;
const MOST_SHOWN = 100;

interface Failure {
  readonly arn: string;
  readonly reason: 'MISSING' | 'TASK_NOT_VALID' | 'DEPLOYMENT_BLOCKED';
  readonly detail?: string;
}

/** Words are assumed; the reasons and when they come are those of the ECS developer guide, API failure reasons. */
const DETAILS = {
  standalone: 'The specified task is not part of an Amazon ECS service.',
  stopping: 'The specified task is stopping or has stopped.',
  blocked: 'The service has as many protected tasks as its desired count, or more.',
} as const;

export const getTaskProtection =
  (deps: EcsDeps): Action<typeof GetTaskProtectionCommand> =>
  (input, ctx) =>
    readProtection(deps, ctx, input);

export const updateTaskProtection =
  (deps: EcsDeps): Action<typeof UpdateTaskProtectionCommand> =>
  (input, ctx) =>
    changeProtection(deps, ctx, input);

export interface Protection {
  readonly protectedTasks: ProtectedTask[];
  readonly failures: Failure[];
}

/** @throws {InvalidParameterException} @throws {ClusterNotFoundException} */
export async function readProtection(
  { store, clock }: EcsDeps,
  scope: Scope,
  input: ActionInput<typeof GetTaskProtectionCommand>,
): Promise<Protection> {
  const { name, ids } = await namesOf(store, scope, input.cluster, input.tasks ?? [], MOST_SHOWN);
  return collect(await Promise.all(ids.map((id) => look(store, scope, name, id))), clock);
}

/**
 * Protects tasks of services from being scaled in, or no longer. Minutes are divided by the time scale. A service
 * protects no more tasks than it wishes for.
 *
 * @throws {InvalidParameterException} @throws {ClusterNotFoundException}
 */
export async function changeProtection(
  { store, clock, bell }: EcsDeps,
  scope: Scope,
  input: ActionInput<typeof UpdateTaskProtectionCommand>,
): Promise<Protection> {
  const { name, ids } = await namesOf(store, scope, input.cluster, input.tasks, MOST_UPDATED);
  const asked = input.expiresInMinutes ?? USUAL;
  // Assumed words.
  if (asked < 1 || asked > LONGEST) throw invalidParameter(`expiresInMinutes must be between 1 and ${LONGEST}.`);
  const now = clock.now().getTime();
  const until = input.protectionEnabled ? now + clock.scaled(minutes(asked)) : undefined;
  const found = await store.transaction(async (tx) => {
    const done: (TaskRecord | Failure)[] = [];
    for (const id of ids) {
      const seen = await look(tx, scope, name, id);
      done.push('reason' in seen ? seen : await protect(tx, scope, seen, until, now));
    }
    return done;
  });
  bell.ring();
  return collect(found, clock);
}

async function namesOf(tx: Transaction, scope: Scope, cluster: string, given: readonly string[], most: number) {
  if (given.length === 0) throw invalidParameter('Tasks cannot be empty.');
  if (given.length > most) throw invalidParameter(`taskIds can have at most ${most} items.`);
  const { name } = await requireCluster(tx, scope, cluster);
  return { name, ids: [...new Set(given.map((one) => taskId(scope, name, one)))] };
}

async function look(tx: Transaction, scope: Scope, cluster: string, id: string): Promise<TaskRecord | Failure> {
  const task = await tasks(tx).get(scope, id);
  if (task?.cluster !== cluster) return { arn: arns.task(scope, cluster, id), reason: 'MISSING' };
  if (task.service === undefined) return { arn: task.arn, reason: 'TASK_NOT_VALID', detail: DETAILS.standalone };
  if (!isWanted(task)) return { arn: task.arn, reason: 'TASK_NOT_VALID', detail: DETAILS.stopping };
  return task;
}

async function protect(
  tx: Transaction,
  scope: Scope,
  task: TaskRecord,
  protectedUntil: number | undefined,
  now: number,
): Promise<TaskRecord | Failure> {
  if (protectedUntil !== undefined && (await isBlocked(tx, scope, task, now)))
    return { arn: task.arn, reason: 'DEPLOYMENT_BLOCKED', detail: DETAILS.blocked };
  return (await tasks(tx).change(scope, task.id, (current) => ({ ...current, protectedUntil }))) ?? task;
}

/** Source: ECS developer guide, task scale-in protection considerations. */
async function isBlocked(tx: Transaction, scope: Scope, task: TaskRecord, now: number): Promise<boolean> {
  const { cluster, service = '' } = task;
  const wished = (await services(tx).get(scope, serviceKey({ cluster, name: service })))?.desiredCount ?? 0;
  const others = (await tasks(tx).list(scope, cluster)).filter(
    (one) => one.service === service && one.id !== task.id && isWanted(one) && isProtected(one, now),
  );
  return others.length + 1 > wished;
}

const collect = (found: readonly (TaskRecord | Failure)[], clock: Clock): Protection => ({
  protectedTasks: found.flatMap((one) => ('reason' in one ? [] : show(one, clock.now().getTime()))),
  failures: found.flatMap((one) => ('reason' in one ? one : [])),
});

const show = (task: TaskRecord, now: number): ProtectedTask => ({
  taskArn: task.arn,
  protectionEnabled: isProtected(task, now),
  ...(isProtected(task, now) && { expirationDate: new Date(task.protectedUntil ?? now) }),
});
