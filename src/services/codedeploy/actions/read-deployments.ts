import {
  type BatchGetDeploymentsCommand,
  DeploymentIdRequiredException,
  type GetDeploymentCommand,
} from '@aws-sdk/client-codedeploy';
import type { Action } from '../../../wire/types.ts';
import { checkBatch } from '../batch.ts';
import type { CodeDeployDeps } from '../deps.ts';
import { deployments, requireDeployment } from '../look-ups.ts';
import { requireDeploymentId } from '../names.ts';
import { deploymentInfo } from '../shapes/deployment-info.ts';

export const getDeployment =
  ({ store }: CodeDeployDeps): Action<typeof GetDeploymentCommand> =>
  async (input, ctx) => ({ deploymentInfo: deploymentInfo(await requireDeployment(store, ctx, input.deploymentId)) });

/** Unknown ids are left out. */
export const batchGetDeployments =
  ({ store }: CodeDeployDeps): Action<typeof BatchGetDeploymentsCommand> =>
  async (input, ctx) => {
    const ids = checkBatch(input.deploymentIds, 25, DeploymentIdRequiredException, 'deployment IDs');
    const found = await Promise.all(ids.map((id) => deployments(store).get(ctx, requireDeploymentId(id))));
    return { deploymentsInfo: found.filter((deployment) => deployment !== undefined).map(deploymentInfo) };
  };
