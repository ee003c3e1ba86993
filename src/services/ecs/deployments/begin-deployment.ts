import { newId } from '../../../kernel/ids.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { minutes } from '../../../kernel/span.ts';
import type { Transaction } from '../../../store/store.ts';
import { arns } from '../arns.ts';
import { invalidParameter } from '../faults.ts';
import { newTaskSet } from '../records/new-task-set.ts';
import {
  currentDeployment,
  deploymentsOf,
  endedAs,
  hasEnded,
  serviceDeployments,
  shiftsTraffic,
  wantedRevision,
  type ServiceDeploymentRecord,
} from '../records/service-deployment.ts';
import { placementOf } from '../records/placement.ts';
import {
  ensureRevision,
  resolvedPlacement,
  revisionIdOf,
  serviceRevisions,
  setIdOf,
} from '../records/service-revision.ts';
import { serviceKey, services, type ServiceRecord } from '../records/service.ts';
import { taskSets, taskSetsOf, type TaskSetRecord } from '../records/task-set.ts';
import { endRuns } from '../native/deployment-runs.ts';
import { beginRun } from '../native/new-run.ts';
import { idleGroup, servingGroup, servingSet } from '../native/serving-set.ts';
import { countsOfService } from './counts.ts';
import { thresholdOf } from './threshold.ts';

/**
 * Begins to deploy what the service asks for: a revision, the set that is to run it, and the deployment that leads
 * there. One that still ran is superseded. The service must be stored.
 */
export async function beginDeployment(
  tx: Transaction,
  scope: Scope,
  service: ServiceRecord,
  now: number,
): Promise<ServiceRecord> {
  const survivor = await supersede(tx, scope, service, now);
  await forgetOld(tx, scope, service, now);
  const isShifting = shiftsTraffic(service);
  const sources = await takeOver(tx, scope, service, isShifting, now);
  const serving = servingSet(sources, survivor);
  const group = isShifting ? idleGroup(service, serving) : servingGroup(service, serving);
  const set: TaskSetRecord = {
    ...newTaskSet(scope, service, resolvedPlacement(service, group), {
      status: 'PRIMARY',
      scale: isShifting ? 0 : 100,
      now,
      rolloutState: 'IN_PROGRESS',
    }),
    ...(isShifting && { keepsScale: true }),
  };
  await taskSets(tx).insert(scope, set.id, set, { parent: serviceKey(service) });
  const revision = await ensureRevision(tx, scope, service, { ...set, ...placementOf(service) }, group);
  const deployment = newDeployment(
    scope,
    service,
    revision.id,
    sources.filter(({ status }) => status !== 'DRAINING').map(({ id }) => revisionIdOf(id)),
    now,
  );
  await serviceDeployments(tx).insert(scope, deployment.id, deployment, { parent: serviceKey(service) });
  const deploying = { ...service, currentDeployment: deployment.id };
  await services(tx).put(scope, serviceKey(service), deploying);
  if (isShifting) await beginRun(tx, scope, { service: deploying, deployment, set, serving, sources }, now);
  return deploying;
}

/** What there was before stays, but for revisions that never had a task. */
async function takeOver(
  tx: Transaction,
  scope: Scope,
  service: ServiceRecord,
  isShifting: boolean,
  now: number,
): Promise<readonly TaskSetRecord[]> {
  const found = await taskSetsOf(tx, scope, service);
  const sources = found.filter(({ keepsScale, scale }) => !keepsScale || scale > 0);
  if (!isShifting) refuseSplitTraffic(sources);
  for (const { id } of found.filter((set) => !sources.includes(set))) await taskSets(tx).remove(scope, id);
  for (const source of sources) {
    await ensureRevision(tx, scope, service, source);
    await taskSets(tx).change(scope, source.id, (set) => ({ ...set, ...asSource(set, isShifting), updatedAt: now }));
  }
  return sources;
}

/**
 * A rolling update moves no traffic, and would end tasks that have some. One that gave the service other target groups is
 * superseded like any other: its tasks are in groups that the load balancer forwards to. The words are assumed.
 */
function refuseSplitTraffic(sources: readonly TaskSetRecord[]): void {
  const left = sources.filter(({ status, keepsScale }) => status !== 'DRAINING' && keepsScale);
  const groups = left.map(({ loadBalancers: [entry] }) => entry?.targetGroupArn);
  if (new Set(groups).size > 1)
    throw invalidParameter(
      'The ROLLING deployment strategy cannot be used while two service revisions share the traffic of the service. Stop the service deployment and let it roll back first.',
    );
}

function newDeployment(
  scope: Scope,
  service: ServiceRecord,
  targetRevision: string,
  sourceRevisions: readonly string[],
  now: number,
): ServiceDeploymentRecord {
  const { cluster, name, deploymentConfiguration, desiredCount } = service;
  const { deploymentCircuitBreaker: breaker, alarms } = deploymentConfiguration;
  const id = newId.serviceDeployment();
  return {
    id,
    arn: arns.serviceDeployment(scope, cluster, name, id),
    cluster,
    service: name,
    status: 'PENDING',
    targetRevision,
    sourceRevisions,
    deploymentConfiguration,
    circuitBreaker: {
      status: breaker?.enable ? 'MONITORING' : 'DISABLED',
      failureCount: 0,
      threshold: thresholdOf(breaker, desiredCount),
    },
    alarms: { status: alarms?.enable ? 'MONITORING' : 'DISABLED', triggeredAlarmNames: [] },
    createdAt: now,
    updatedAt: now,
  };
}

/** Source: spec, §9.4; the words are assumed. */
const SUPERSEDED = 'Service deployment was superseded by a newer service deployment.';

/**
 * @returns the set that has, or is about to get back, all traffic: what was deployed where the one before is already
 * being removed, what it goes back to where it is rolled back, else what served when it began
 */
async function supersede(
  tx: Transaction,
  scope: Scope,
  service: ServiceRecord,
  now: number,
): Promise<string | undefined> {
  const running = await currentDeployment(tx, scope, service);
  if (!running) return undefined;
  if (hasEnded(running)) return running.rollback && setIdOf(wantedRevision(running));
  const { isPast, source } = await endRuns(tx, scope, service);
  const survivor = isPast || running.rollback ? setIdOf(wantedRevision(running)) : source && setIdOf(source);
  const finalCounts = await countsOfService(tx, scope, service);
  await serviceDeployments(tx).put(scope, running.id, { ...endedAs(running, 'STOPPED', now, SUPERSEDED), finalCounts });
  return survivor;
}

/** What ran before stays as it is while traffic is shifted; a rolling update takes it down as it can. */
const asSource = (set: TaskSetRecord, isShifting: boolean): Partial<TaskSetRecord> => ({
  ...(set.status === 'PRIMARY' && { status: 'ACTIVE' }),
  keepsScale: isShifting,
});

/** Source: ECS developer guide, service deployments: the history of 90 days. */
const KEPT_FOR = minutes(90 * 24 * 60);

async function forgetOld(tx: Transaction, scope: Scope, service: ServiceRecord, now: number): Promise<void> {
  const old = (await deploymentsOf(tx, scope, service)).filter(
    ({ id, finishedAt }) => id !== service.currentDeployment && finishedAt !== undefined && now - finishedAt > KEPT_FOR,
  );
  for (const { id, targetRevision } of old) {
    await serviceDeployments(tx).remove(scope, id);
    const isRun = await taskSets(tx).get(scope, `ecs-svc/${targetRevision}`);
    if (!isRun) await serviceRevisions(tx).remove(scope, targetRevision);
  }
}

/** Forgets all deployments of an earlier service of the same name. */
export async function forgetDeployments(
  tx: Transaction,
  scope: Scope,
  service: Pick<ServiceRecord, 'cluster' | 'name'>,
): Promise<void> {
  for (const { id } of await serviceDeployments(tx).list(scope, serviceKey(service)))
    await serviceDeployments(tx).remove(scope, id);
  for (const { id } of await serviceRevisions(tx).list(scope, serviceKey(service)))
    await serviceRevisions(tx).remove(scope, id);
}
