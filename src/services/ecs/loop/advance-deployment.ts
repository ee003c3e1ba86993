import type { AlarmView } from '../../../aws/deployment-alarms.ts';
import { millis, minutes, type Millis } from '../../../kernel/span.ts';
import type { Clock } from '../../../kernel/clock.ts';
import { goodRevisionOf, performDeployment } from '../deployments/perform-deployment.ts';
import { thresholdOf } from '../deployments/threshold.ts';
import { eventText } from '../events.ts';
import {
  currentDeployment,
  deploymentsOf,
  hasEnded,
  serviceDeployments,
  shiftsTraffic,
  wantedRevision,
  type ServiceDeploymentRecord,
} from '../records/service-deployment.ts';
import { setIdOf } from '../records/service-revision.ts';
import { services, serviceKey, type ServiceRecord } from '../records/service.ts';
import { taskSets, taskSetsOf } from '../records/task-set.ts';
import type { Transaction } from '../../../store/store.ts';
import { decideDeployment, type DeploymentSight } from './decide-deployment.ts';
import type { SetView } from './decide-service.ts';
import type { ServiceWork } from './reconcile-service.ts';

export interface Advance {
  readonly changed: boolean;
  readonly texts: readonly string[];
}

const STILL: Advance = { changed: false, texts: [] };

/** Takes the deployment of a service one step on, and tells what became of it. */
export async function advanceDeployment(work: ServiceWork, left: readonly SetView[], moved: boolean): Promise<Advance> {
  const { deps, scope, service } = work;
  if (service.controller !== 'ECS' || service.status !== 'ACTIVE') return STILL;
  if (service.currentDeployment === undefined) return completeUnrecorded(work, left, moved);
  const seen = await currentDeployment(deps.store, scope, service);
  // The engine takes those that shift traffic on.
  if (!seen || hasEnded(seen) || shiftsTraffic(seen)) return STILL;
  const { alarms } = seen.deploymentConfiguration;
  const watched = alarms?.enable ? await work.alarms.read(scope, alarms.alarmNames ?? []) : [];
  return deps.store.transaction(async (tx) => {
    const current = await services(tx).get(scope, serviceKey(service));
    // A request that came meanwhile is looked at in the next pass, together with the tasks as they then are.
    if (current?.currentDeployment !== seen.id || current.status !== 'ACTIVE') return STILL;
    const deployment = (await currentDeployment(tx, scope, current)) ?? seen;
    const counted = await countFailures(tx, work, current, deployment);
    const sight = await lookAt(tx, work, { deployment: counted, service: current, left, moved, watched });
    const decision = decideDeployment(sight);
    if (decision.do === 'wait') return { changed: counted !== deployment, texts: [] };
    const texts = await performDeployment(
      { tx, scope, service: current, deployment: counted, now: work.now },
      decision,
    );
    return { changed: true, texts };
  });
}

/** What the record says of the circuit breaker, brought to what its set has come to. */
async function countFailures(
  tx: Transaction,
  { scope, now }: ServiceWork,
  { desiredCount }: ServiceRecord,
  deployment: ServiceDeploymentRecord,
): Promise<ServiceDeploymentRecord> {
  const { circuitBreaker, deploymentConfiguration } = deployment;
  if (circuitBreaker.status !== 'MONITORING') return deployment;
  const set = await taskSets(tx).get(scope, setIdOf(wantedRevision(deployment)));
  const failureCount = set?.failedTasks ?? 0;
  const threshold = thresholdOf(deploymentConfiguration.deploymentCircuitBreaker, desiredCount);
  if (failureCount === circuitBreaker.failureCount && threshold === circuitBreaker.threshold) return deployment;
  const counted = { ...deployment, circuitBreaker: { ...circuitBreaker, failureCount, threshold }, updatedAt: now };
  await serviceDeployments(tx).put(scope, deployment.id, counted);
  return counted;
}

interface Around {
  readonly deployment: ServiceDeploymentRecord;
  readonly service: ServiceRecord;
  readonly left: readonly SetView[];
  readonly moved: boolean;
  readonly watched: readonly AlarmView[] | undefined;
}

async function lookAt(
  tx: Transaction,
  { deps, scope, now, ...work }: ServiceWork,
  { deployment, service, left, moved, watched }: Around,
): Promise<DeploymentSight> {
  const setId = setIdOf(wantedRevision(deployment));
  const set = await taskSets(tx).get(scope, setId);
  const view = left.find((one) => one.set.id === setId);
  const isAsSeen = service.desiredCount === work.service.desiredCount;
  return {
    deployment,
    isSteady: isAsSeen && !moved && view?.isSteady === true && set?.status === 'PRIMARY',
    healthy: view?.tasks.filter((task) => task.isHealthy).length ?? 0,
    desired: service.desiredCount,
    others: left.filter((one) => one !== view).length,
    failedTasks: set?.failedTasks ?? 0,
    threshold: thresholdOf(deployment.deploymentConfiguration.deploymentCircuitBreaker, service.desiredCount),
    activeAlarms: watched?.filter(({ isActive }) => isActive).map(({ name }) => name),
    bake: bakeOf(deps.clock, deployment, watched ?? []),
    goodRevision: goodRevisionOf(
      await deploymentsOf(tx, scope, service),
      await taskSetsOf(tx, scope, service),
      deployment,
    ),
    now,
  };
}

/** As long as was asked for, and at least as long as its alarms look back. Source: spec, §8.3; ECS developer guide. */
function bakeOf(clock: Clock, deployment: ServiceDeploymentRecord, watched: readonly AlarmView[]): Millis {
  const asked = minutes(deployment.deploymentConfiguration.bakeTimeInMinutes ?? 0);
  const looksBack = deployment.alarms.status === 'DISABLED' ? [] : watched.map((alarm) => alarm.looksBack);
  return clock.scaled(millis(Math.max(asked, ...looksBack)));
}

/** A deployment that a Teal began which recorded none. */
async function completeUnrecorded(
  { deps, scope, service, now }: ServiceWork,
  left: readonly SetView[],
  moved: boolean,
): Promise<Advance> {
  const [view] = left;
  const isDone = !moved && left.length === 1 && view?.isSteady && view.set.rolloutState === 'IN_PROGRESS';
  if (!isDone) return STILL;
  await taskSets(deps.store).change(scope, view.set.id, (set) => ({
    ...set,
    rolloutState: 'COMPLETED',
    updatedAt: now,
  }));
  return { changed: true, texts: [eventText.completed(service.name, view.set.id)] };
}
