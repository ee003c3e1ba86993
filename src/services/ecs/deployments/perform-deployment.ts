import type { Scope } from '../../../kernel/scope.ts';
import type { Transaction } from '../../../store/store.ts';
import { arns } from '../arns.ts';
import { eventText } from '../events.ts';
import type { Cause, DeploymentDecision } from '../loop/decide-deployment.ts';
import {
  endedAs,
  serviceDeployments,
  wantedRevision,
  type ServiceDeploymentRecord,
} from '../records/service-deployment.ts';
import {
  resolvedPlacement,
  revisionIdOf,
  serviceRevisions,
  setIdOf,
  type ServiceRevisionRecord,
} from '../records/service-revision.ts';
import { placementOf } from '../records/placement.ts';
import { serviceKey, services, type ServiceRecord } from '../records/service.ts';
import { taskSets, type TaskSetRecord } from '../records/task-set.ts';
import { countsOfService } from './counts.ts';
import { failureWords, rollingBackReason } from './words.ts';

export interface DeploymentWork {
  readonly tx: Transaction;
  readonly scope: Scope;
  readonly service: ServiceRecord;
  readonly deployment: ServiceDeploymentRecord;
  readonly now: number;
}

/** Records what was decided for a deployment. @returns what the service's events say of it, the oldest first */
export async function performDeployment(
  work: DeploymentWork,
  decision: Exclude<DeploymentDecision, { do: 'wait' }>,
): Promise<string[]> {
  const { deployment, now } = work;
  switch (decision.do) {
    case 'start':
      await put(work, {
        ...deployment,
        status: 'IN_PROGRESS',
        startedAt: now,
        alarms: { ...deployment.alarms, ...(decision.ignoresAlarms && { status: 'DISABLED' }) },
      });
      return [];
    case 'bake':
      await put(work, { ...deployment, bakeUntil: decision.until });
      return [];
    case 'complete':
      return complete(work);
    case 'fail':
      return fail(work, decision.cause, decision.alarms);
    case 'roll-back':
      return rollBack(work, decision.cause, decision.alarms, decision.to);
  }
}

const put = ({ tx, scope, now }: DeploymentWork, deployment: ServiceDeploymentRecord): Promise<void> =>
  serviceDeployments(tx).put(scope, deployment.id, { ...deployment, updatedAt: now });

async function complete(work: DeploymentWork): Promise<string[]> {
  const { tx, scope, service, deployment, now } = work;
  const setId = setIdOf(wantedRevision(deployment));
  await taskSets(tx).change(scope, setId, ({ rolloutReason: _, ...set }) => ({
    ...set,
    rolloutState: 'COMPLETED',
    updatedAt: now,
  }));
  const status = deployment.rollback ? 'ROLLBACK_SUCCESSFUL' : 'SUCCESSFUL';
  await put(work, { ...endedAs(deployment, status, now), finalCounts: await countsOfService(tx, scope, service) });
  return [eventText.completed(service.name, setId)];
}

/** The deployment as it is once something has stopped it. */
const struck = (deployment: ServiceDeploymentRecord, cause: Cause, alarms: readonly string[]) => ({
  ...deployment,
  stopType: undefined,
  ...(cause === 'circuit-breaker' && {
    circuitBreaker: { ...deployment.circuitBreaker, status: 'TRIGGERED' as const },
  }),
  ...(cause === 'alarm' && { alarms: { status: 'TRIGGERED' as const, triggeredAlarmNames: alarms } }),
});

/** What ran beside it goes on; nothing more of it is started. */
async function fail(work: DeploymentWork, cause: Cause, alarms: readonly string[]): Promise<string[]> {
  const { tx, scope, service, deployment, now } = work;
  const setId = setIdOf(wantedRevision(deployment));
  const { event, rollout } = failureWords(cause);
  await markFailed(work, setId, rollout);
  const status = deployment.rollback ? 'ROLLBACK_FAILED' : 'STOPPED';
  await put(work, {
    ...endedAs(struck(deployment, cause, alarms), status, now, rollout),
    finalCounts: await countsOfService(tx, scope, service),
  });
  return [eventText.failed(service.name, setId, event)];
}

/** The set of the earlier revision becomes the primary again; the service asks for what that revision was. */
async function rollBack(work: DeploymentWork, cause: Cause, alarms: readonly string[], to: string): Promise<string[]> {
  const { tx, scope, service, deployment, now } = work;
  const revision = await serviceRevisions(tx).get(scope, to);
  if (!revision) return fail(work, cause, alarms);
  const failedId = setIdOf(deployment.targetRevision);
  const { event, rollout } = failureWords(cause);
  await markFailed(work, failedId, rollout);
  await taskSets(tx).change(scope, failedId, (set) => ({ ...set, status: 'ACTIVE' }));
  await revive(work, revision, rollingBackReason(cause, setIdOf(to)));
  await services(tx).change(scope, serviceKey(service), (current) => ({ ...current, ...placementOf(revision) }));
  await put(work, {
    ...struck(deployment, cause, alarms),
    status: 'ROLLBACK_IN_PROGRESS',
    statusReason: rollout,
    bakeUntil: undefined,
    rollback: { reason: rollout, startedAt: now, revision: to },
  });
  return [eventText.failed(service.name, failedId, event), eventText.rollingBack(service.name, setIdOf(to))];
}

async function markFailed({ tx, scope, now }: DeploymentWork, setId: string, rolloutReason: string): Promise<void> {
  await taskSets(tx).change(scope, setId, (set) => ({
    ...set,
    rolloutState: 'FAILED',
    rolloutReason,
    updatedAt: now,
  }));
}

/** Its tasks that still run are kept: the set is the same, and is made again where its last task had gone. */
async function revive(
  { tx, scope, service, now }: DeploymentWork,
  revision: ServiceRevisionRecord,
  rolloutReason: string,
): Promise<void> {
  const id = setIdOf(revision.id);
  const members = {
    ...resolvedPlacement(revision, revision.resolvedTargetGroup),
    status: 'PRIMARY',
    rolloutState: 'IN_PROGRESS',
    rolloutReason,
    stability: 'STABILIZING',
    stabilityAt: now,
    failedTasks: 0,
    startFailures: undefined,
    updatedAt: now,
  } as const;
  if (await taskSets(tx).change(scope, id, (set) => ({ ...set, ...members }))) return;
  const { cluster, name } = service;
  const made: TaskSetRecord = {
    id,
    arn: arns.taskSet(scope, cluster, name, id),
    kind: 'deployment',
    cluster,
    service: name,
    scale: 100,
    tags: [],
    createdAt: now,
    ...members,
  };
  await taskSets(tx).insert(scope, id, made, { parent: serviceKey(service) });
}

/**
 * The revision that was last deployed wholly: by the history, or, where a service is older than its history, by the
 * sets that still run.
 */
export function goodRevisionOf(
  newestFirst: readonly ServiceDeploymentRecord[],
  sets: readonly TaskSetRecord[],
  current: ServiceDeploymentRecord,
): string | undefined {
  const done = newestFirst.find(({ id, status }) => id !== current.id && WHOLE.includes(status));
  if (done) return wantedRevision(done);
  const targetId = setIdOf(current.targetRevision);
  const ran = sets.filter(({ id, rolloutState }) => id !== targetId && rolloutState === 'COMPLETED').at(-1);
  return ran && revisionIdOf(ran.id);
}

const WHOLE: readonly ServiceDeploymentRecord['status'][] = ['SUCCESSFUL', 'ROLLBACK_SUCCESSFUL'];
