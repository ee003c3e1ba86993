import {
  type BatchGetDeploymentTargetsCommand,
  DeploymentNotStartedException,
  DeploymentTargetDoesNotExistException,
  DeploymentTargetIdRequiredException,
  DeploymentTargetListSizeExceededException,
  type GetDeploymentTargetCommand,
  InvalidInstanceStatusException,
  InvalidTargetFilterNameException,
  type ListDeploymentTargetsCommand,
} from '@aws-sdk/client-codedeploy';
import type { Deployment } from '../../../engine/deployment.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { Store } from '../../../store/store.ts';
import { fault } from '../../../wire/api-error.ts';
import type { Action } from '../../../wire/types.ts';
import { checkBatch } from '../batch.ts';
import type { CodeDeployDeps } from '../deps.ts';
import { requireDeployment } from '../look-ups.ts';
import { page } from '../paging.ts';
import { deploymentTarget, targetId } from '../shapes/deployment-target.ts';

const TARGET_STATUSES = ['Pending', 'InProgress', 'Succeeded', 'Failed', 'Skipped', 'Unknown', 'Ready'];

export const listDeploymentTargets =
  ({ store }: CodeDeployDeps): Action<typeof ListDeploymentTargetsCommand> =>
  async (input, ctx) => {
    const deployment = await requireStarted(store, ctx, input.deploymentId);
    const statuses = wantedStatuses(input.targetFilters);
    const ids = !statuses || statuses.includes(deployment.progress.targetStatus) ? [targetId(deployment)] : [];
    const { items, nextToken } = page(`targets/${deployment.id}`, ids, (id) => id, input.nextToken);
    return { targetIds: items, nextToken };
  };

export const getDeploymentTarget =
  ({ store }: CodeDeployDeps): Action<typeof GetDeploymentTargetCommand> =>
  async (input, ctx) => {
    const deployment = await requireStarted(store, ctx, input.deploymentId);
    requireTarget(deployment, input.targetId);
    return { deploymentTarget: deploymentTarget(deployment) };
  };

export const batchGetDeploymentTargets =
  ({ store }: CodeDeployDeps): Action<typeof BatchGetDeploymentTargetsCommand> =>
  async (input, ctx) => {
    const deployment = await requireStarted(store, ctx, input.deploymentId);
    const ids = checkBatch(input.targetIds, 25, DeploymentTargetIdRequiredException, 'target IDs');
    if (ids.length > 1)
      throw fault(
        DeploymentTargetListSizeExceededException,
        `A deployment to ECS has one target, found ${ids.length} target IDs.`,
      );
    for (const id of ids) requireTarget(deployment, id);
    return { deploymentTargets: [deploymentTarget(deployment)] };
  };

/** Targets are there once the deployment has started. @throws `DeploymentNotStarted` and those of the id */
async function requireStarted(store: Store, scope: Scope, id: string | undefined): Promise<Deployment> {
  const deployment = await requireDeployment(store, scope, id);
  if (deployment.status === 'Created' || deployment.status === 'Queued')
    throw fault(DeploymentNotStartedException, `The deployment ${deployment.id} has not started yet.`);
  return deployment;
}

function requireTarget(deployment: Deployment, id: string | undefined): void {
  if (!id) throw fault(DeploymentTargetIdRequiredException, 'A deployment target ID is required.');
  if (id !== targetId(deployment))
    throw fault(
      DeploymentTargetDoesNotExistException,
      `The deployment ${deployment.id} has no target '${id}'; its target is '${targetId(deployment)}'.`,
    );
}

/** ServerInstanceLabel means nothing on ECS and is ignored. */
function wantedStatuses(filters: Partial<Record<string, readonly string[]>> = {}): readonly string[] | undefined {
  const unknown = Object.keys(filters).find((name) => name !== 'TargetStatus' && name !== 'ServerInstanceLabel');
  if (unknown !== undefined)
    throw fault(InvalidTargetFilterNameException, `Target filter '${unknown}' is not valid. Use TargetStatus.`);
  const statuses = filters['TargetStatus'];
  const wrong = statuses?.find((status) => !TARGET_STATUSES.includes(status));
  if (wrong !== undefined) throw fault(InvalidInstanceStatusException, `Target status '${wrong}' is not valid.`);
  return statuses?.length ? statuses : undefined;
}
