import {
  ApplicationNameRequiredException,
  DeploymentGroupNameRequiredException,
  InvalidDeploymentStatusException,
  InvalidTimeRangeException,
  type ListDeploymentsCommand,
  type TimeRange,
} from '@aws-sdk/client-codedeploy';
import type { Deployment } from '../../../engine/deployment.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { Store } from '../../../store/store.ts';
import { fault } from '../../../wire/api-error.ts';
import type { Action, ActionInput } from '../../../wire/types.ts';
import type { CodeDeployDeps } from '../deps.ts';
import { deployments, requireApplication, requireGroup } from '../look-ups.ts';
import { page } from '../paging.ts';

type Input = ActionInput<typeof ListDeploymentsCommand>;

const STATUSES = ['Created', 'Queued', 'InProgress', 'Baking', 'Succeeded', 'Failed', 'Stopped', 'Ready'];

/** Newest first: clients take the first as the latest. */
export const listDeployments =
  ({ store }: CodeDeployDeps): Action<typeof ListDeploymentsCommand> =>
  async (input, ctx) => {
    const hasStatus = statusFilter(input.includeOnlyStatuses);
    const isInRange = rangeFilter(input.createTimeRange);
    const all = await inScopeOf(store, ctx, input);
    const ids = all
      .filter((deployment) => hasStatus(deployment) && isInRange(deployment))
      .map((deployment) => deployment.id)
      .reverse();
    const { items, nextToken } = page('deployments', ids, (id) => id, input.nextToken);
    return { deployments: items, nextToken };
  };

async function inScopeOf(store: Store, scope: Scope, input: Input): Promise<Deployment[]> {
  const { applicationName, deploymentGroupName } = input;
  if (applicationName && !deploymentGroupName)
    throw fault(DeploymentGroupNameRequiredException, 'A deployment group name is required with an application name.');
  if (!applicationName && deploymentGroupName)
    throw fault(ApplicationNameRequiredException, 'An application name is required with a deployment group name.');
  // Only deployments that CloudFormation starts have an external id, and nothing here does.
  if (input.externalId) return [];
  if (!applicationName) return deployments(store).list(scope);
  const application = await requireApplication(store, scope, applicationName);
  const group = await requireGroup(store, scope, application, deploymentGroupName);
  return deployments(store).list(scope, group.id);
}

function statusFilter(statuses: readonly string[] | undefined): (deployment: Deployment) => boolean {
  const unknown = statuses?.find((status) => !STATUSES.includes(status));
  if (unknown !== undefined)
    throw fault(
      InvalidDeploymentStatusException,
      `Deployment status '${unknown}' is not valid. Valid values are [${STATUSES.join(', ')}]`,
    );
  return ({ status }) => !statuses?.length || statuses.includes(status);
}

/** Both ends belong to the range. */
function rangeFilter({ start, end }: TimeRange = {}): (deployment: Deployment) => boolean {
  const from = start?.getTime() ?? -Infinity;
  const to = end?.getTime() ?? Infinity;
  if (from > to) throw fault(InvalidTimeRangeException, 'The start of the time range is after its end.');
  return ({ createdAt }) => createdAt >= from && createdAt <= to;
}
