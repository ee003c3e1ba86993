import { type Deployment, isTerminal, shiftsTraffic } from '../../../engine/deployment.ts';
import { hasActed, currentStep, isOver, planOf } from '../../../engine/plan/plan-state.ts';
import type { StageHookRun } from '../../../engine/stages.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { Transaction } from '../../../store/store.ts';
import { performDeployment } from '../deployments/perform-deployment.ts';
import { thresholdOf } from '../deployments/threshold.ts';
import { withEvents } from '../events.ts';
import type { Cause, DeploymentDecision } from '../loop/decide-deployment.ts';
import {
  hasEnded,
  serviceDeployments,
  type HookRecord,
  type RevisionWeights,
  type ServiceDeploymentRecord,
} from '../records/service-deployment.ts';
import { setIdOf } from '../records/service-revision.ts';
import { serviceKey, services, type ServiceRecord } from '../records/service.ts';
import { taskSets } from '../records/task-set.ts';

interface Change {
  readonly before: Deployment;
  readonly after: Deployment;
  /** The run that undoes it, when it was just made. */
  readonly rollback: Deployment | undefined;
}

/** Writes what a run has come to into its service deployment, its sets and the events of its service. */
export async function recordProgress(tx: Transaction, scope: Scope, change: Change): Promise<void> {
  const { after } = change;
  const id = after.release.native?.deploymentId ?? after.id;
  const known = await serviceDeployments(tx).get(scope, id);
  const service = await services(tx).get(scope, after.deploymentGroupId);
  if (!known || !service || hasEnded(known)) return;
  const deployment = await withProgress(tx, scope, service, known, after);
  await serviceDeployments(tx).put(scope, id, deployment);
  const decision = decisionOf(change);
  if (!decision) return;
  const now = after.progress.updatedAt;
  const texts = await performDeployment({ tx, scope, service, deployment, now }, decision);
  if (decision.do === 'roll-back' || decision.do === 'fail') await explain(tx, scope, id, after);
  await services(tx).change(scope, serviceKey(service), (current) => withEvents(current, texts, now));
}

/** The status that a run came to, as what the rolling update's records are told. */
function decisionOf({ before, after, rollback }: Change): Exclude<DeploymentDecision, { do: 'wait' }> | undefined {
  if (before.status === after.status) return undefined;
  const isUndoing = after.release.undo !== undefined;
  if (after.status === 'InProgress' && !isUndoing)
    return { do: 'start', ignoresAlarms: after.progress.ignoresAlarms === true };
  if (!isTerminal(after.status)) return undefined;
  if (after.status === 'Succeeded') return { do: 'complete' };
  const cause = causeOf(after);
  const alarms = cause === 'alarm' ? namesIn(after.errorInformation?.message ?? '') : [];
  const source = after.release.native?.source?.revisionArn;
  if (rollback && source !== undefined) return { do: 'roll-back', cause, alarms, to: lastPart(source) };
  return { do: 'fail', cause, alarms };
}

function causeOf({ errorInformation }: Deployment): Cause {
  switch (errorInformation?.code) {
    case 'ALARM_ACTIVE':
      return 'alarm';
    case 'MANUAL_STOP':
      return 'stopped';
    case 'HOOK_EXECUTION_FAILURE':
      return 'hook';
    case 'CUSTOMER_APPLICATION_UNHEALTHY':
      return 'circuit-breaker';
    case 'TIMEOUT':
      return 'timeout';
    default:
      return 'traffic';
  }
}

/** Alarm names stand in angle brackets in the engine's message. */
const namesIn = (message: string): string[] => [...message.matchAll(/<([^>]+)>/g)].map(([, name = '']) => name);

const lastPart = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

/** Behind the words that all deployments share, those that say what it was. */
async function explain(tx: Transaction, scope: Scope, id: string, { errorInformation }: Deployment): Promise<void> {
  const CLEAR = ['HOOK_EXECUTION_FAILURE', 'ELASTIC_LOAD_BALANCING_INVALID', 'INVALID_ECS_SERVICE', 'ECS_UPDATE_ERROR'];
  if (!errorInformation || !CLEAR.includes(errorInformation.code)) return;
  await serviceDeployments(tx).change(scope, id, (current) => ({
    ...current,
    statusReason: [current.statusReason, errorInformation.message].filter(Boolean).join(' '),
  }));
}

async function withProgress(
  tx: Transaction,
  scope: Scope,
  service: ServiceRecord,
  deployment: ServiceDeploymentRecord,
  run: Deployment,
): Promise<ServiceDeploymentRecord> {
  const { circuitBreaker } = deployment;
  const set = await taskSets(tx).get(scope, setIdOf(deployment.targetRevision));
  const breaker = deployment.deploymentConfiguration.deploymentCircuitBreaker;
  const counted = { failureCount: set?.failedTasks ?? 0, threshold: thresholdOf(breaker, service.desiredCount) };
  const stage = currentStep(planOf(run))?.event as ServiceDeploymentRecord['lifecycleStage'];
  return {
    ...deployment,
    ...(circuitBreaker.status === 'MONITORING' && { circuitBreaker: { ...circuitBreaker, ...counted } }),
    ...(run.status === 'InProgress' && stage && { lifecycleStage: stage }),
    ...(run.progress.stageHooks && { hooks: run.progress.stageHooks.map(hookRecord) }),
    ...(shiftsTraffic(run.release) && { weights: weightsOf(deployment, run) }),
    updatedAt: run.progress.updatedAt,
  };
}

const hookRecord = ({ id, hook, status, expiresAt }: StageHookRun): HookRecord => ({
  hookId: id,
  targetType: hook.kind,
  ...(hook.functionArn !== undefined && { targetArn: hook.functionArn }),
  status,
  expiresAt,
  timeoutAction: hook.onTimeout,
});

/** By revision, in percent, as the load balancer last acknowledged them. */
function weightsOf(
  { targetRevision: target, weights: former }: ServiceDeploymentRecord,
  run: Deployment,
): Record<string, RevisionWeights> {
  const { source } = run.release.native ?? {};
  if (!source) return { [target]: { production: 100, test: 100 } };
  const plan = planOf(run);
  // Until traffic is back it is where the undone run left it.
  const undone = {
    production: isOver(plan, 'restoreProduction') ? 0 : (former?.[target]?.production ?? 0),
    test: isOver(plan, 'restoreTest') ? 0 : (former?.[target]?.test ?? 0),
  };
  const isTested = hasActed(plan, 'shiftTest') && isOver(plan, 'shiftTest');
  const { production, test } = run.release.undo ? undone : { production: plan.share ?? 0, test: isTested ? 100 : 0 };
  return {
    [target]: { production, test },
    [lastPart(source.revisionArn)]: { production: Math.round((100 - production) * 10) / 10, test: 100 - test },
  };
}
