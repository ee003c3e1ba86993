import type { DeploymentCircuitBreaker } from '@aws-sdk/client-ecs';
import type { Release } from '../../../engine/deployment.ts';
import { PortError, type ServiceView, type TaskSets } from '../../../engine/ports.ts';
import type { Clock } from '../../../kernel/clock.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { Store, Transaction } from '../../../store/store.ts';
import { thresholdOf } from '../deployments/threshold.ts';
import { arns } from '../arns.ts';
import { serviceDeployments } from '../records/service-deployment.ts';
import { revisionIdOf } from '../records/service-revision.ts';
import { services, type ServiceRecord } from '../records/service.ts';
import { taskSets, taskSetsOf, type TaskSetRecord } from '../records/task-set.ts';
import { partsOf, showTaskSet, type ServiceParts } from '../views/show-service.ts';

/**
 * The revisions of an ECS-controlled service as the engine sees task sets. PRIMARY is, all the while, the one that
 * served when the deployment began. Nothing is changed for a deployment that was superseded.
 */
export function createTaskSetsPort({ store, clock }: { readonly store: Store; readonly clock: Clock }): TaskSets {
  return {
    async describe(scope, release) {
      const service = await requireService(store, scope, release);
      const parts = await partsOf(store, scope, service);
      const deployment = await serviceDeployments(store).get(scope, release.native?.deploymentId ?? '');
      const breaker = deployment?.deploymentConfiguration.deploymentCircuitBreaker;
      return viewService({ scope, release, service, parts, breaker });
    },
    create: (scope, release, _appSpec, _targetGroupArn, deploymentId) =>
      store.transaction(async (tx) => {
        const service = await requireCurrent(tx, scope, release);
        const set = (await taskSetsOf(tx, scope, service)).find((one) => isTarget(release, one));
        if (!set) throw new PortError('missing', `The revision of the service deployment ${deploymentId} is gone.`);
        await change(tx, scope, set, { scale: 100 }, clock.now().getTime());
        return set.arn;
      }),
    // Who is PRIMARY was settled when the deployment began.
    makePrimary: async () => undefined,
    remove: (scope, release, arn) =>
      store.transaction(async (tx) => {
        const service = await requireCurrent(tx, scope, release);
        const set = (await taskSetsOf(tx, scope, service)).find((one) => one.arn === arn);
        if (set && set.status !== 'DRAINING')
          await change(tx, scope, set, { status: 'DRAINING' }, clock.now().getTime());
      }),
  };
}

const change = (tx: Transaction, scope: Scope, { id }: TaskSetRecord, members: Partial<TaskSetRecord>, now: number) =>
  taskSets(tx).change(scope, id, (set) => ({
    ...set,
    ...members,
    stability: 'STABILIZING',
    stabilityAt: now,
    updatedAt: now,
  }));

const isTarget = ({ native }: Release, { id }: TaskSetRecord): boolean =>
  native?.targetRevisionArn.endsWith(`/${revisionIdOf(id)}`) ?? false;

async function requireService(tx: Transaction, scope: Scope, release: Release): Promise<ServiceRecord> {
  const service = await services(tx).get(scope, `${release.clusterName}/${release.serviceName}`);
  if (!service) throw new PortError('missing', `The ECS service ${release.serviceName} was not found.`);
  return service;
}

async function requireCurrent(tx: Transaction, scope: Scope, release: Release): Promise<ServiceRecord> {
  const service = await requireService(tx, scope, release);
  if (service.currentDeployment === release.native?.deploymentId && service.status === 'ACTIVE') return service;
  throw new PortError('refused', `The service deployment ${release.native?.deploymentId} was superseded.`);
}

interface Sight {
  readonly scope: Scope;
  readonly release: Release;
  readonly service: ServiceRecord;
  readonly parts: ServiceParts;
  /** As the deployment has it. */
  readonly breaker: DeploymentCircuitBreaker | undefined;
}

const viewService = (sight: Sight): ServiceView => ({
  serviceArn: sight.service.arn,
  clusterArn: arns.cluster(sight.scope, sight.service.cluster),
  controller: sight.service.controller,
  status: sight.service.status,
  desiredCount: sight.service.desiredCount,
  taskSets: sight.parts.sets.map((set) => viewSet(set, sight)),
});

function viewSet(
  set: TaskSetRecord,
  { scope, release, service, parts, breaker }: Sight,
): ServiceView['taskSets'][number] {
  const shown = showTaskSet(scope, service, set, parts);
  const isSource = set.arn === release.native?.source?.taskSetArn;
  const targetGroupArn = set.loadBalancers[0]?.targetGroupArn ?? '';
  return {
    id: set.id,
    arn: set.arn,
    status: set.status === 'DRAINING' ? 'DRAINING' : isSource ? 'PRIMARY' : 'ACTIVE',
    desiredCount: shown.computedDesiredCount ?? 0,
    pendingCount: shown.pendingCount ?? 0,
    runningCount: shown.runningCount ?? 0,
    trafficWeight: 0, // ECS does not know it: the engine fills it in from the rule
    targetGroupName: /targetgroup\/([^/]+)\//.exec(targetGroupArn)?.[1] ?? '',
    targetGroupArn,
    ...(isTarget(release, set) && release.native && { externalId: release.native.deploymentId }),
    isSteady: shown.stabilityStatus === 'STEADY_STATE',
    taskDefinition: set.taskDefinition,
    ...(breaker?.enable && {
      failures: { count: set.failedTasks, threshold: thresholdOf(breaker, service.desiredCount) },
    }),
  };
}
