import {
  type BatchGetDeploymentGroupsCommand,
  DeploymentGroupNameRequiredException,
  type DeploymentGroupInfo,
  type GetDeploymentGroupCommand,
  type ListDeploymentGroupsCommand,
} from '@aws-sdk/client-codedeploy';
import type { Scope } from '../../../kernel/scope.ts';
import type { Store } from '../../../store/store.ts';
import type { Action } from '../../../wire/types.ts';
import { checkBatch } from '../batch.ts';
import type { CodeDeployDeps } from '../deps.ts';
import { historyOf } from '../deployments-port.ts';
import { deployments, groupKey, groups, requireApplication, requireGroup } from '../look-ups.ts';
import { requireGroupName } from '../names.ts';
import { page } from '../paging.ts';
import type { ApplicationRecord, GroupRecord } from '../records.ts';
import { groupInfo } from '../shapes/group-info.ts';

export const getDeploymentGroup =
  ({ store }: CodeDeployDeps): Action<typeof GetDeploymentGroupCommand> =>
  async (input, ctx) => {
    const application = await requireApplication(store, ctx, input.applicationName);
    const group = await requireGroup(store, ctx, application, input.deploymentGroupName);
    return { deploymentGroupInfo: await view(store, ctx, application, group) };
  };

/** Unknown names are left out and named in `errorMessage`, which is always there. */
export const batchGetDeploymentGroups =
  ({ store }: CodeDeployDeps): Action<typeof BatchGetDeploymentGroupsCommand> =>
  async (input, ctx) => {
    const application = await requireApplication(store, ctx, input.applicationName);
    const names = checkBatch(
      input.deploymentGroupNames,
      100,
      DeploymentGroupNameRequiredException,
      'deployment group names',
    ).map(requireGroupName);
    const found = await Promise.all(names.map((name) => groups(store).get(ctx, groupKey(application.id, name))));
    const known = found.filter((group) => group !== undefined);
    const unknown = names.filter((_name, index) => found[index] === undefined);
    return {
      deploymentGroupsInfo: await Promise.all(known.map((group) => view(store, ctx, application, group))),
      errorMessage: unknown.map((name) => `No Deployment Group found for name: ${name}`).join('; '),
    };
  };

export const listDeploymentGroups =
  ({ store }: CodeDeployDeps): Action<typeof ListDeploymentGroupsCommand> =>
  async (input, ctx) => {
    const application = await requireApplication(store, ctx, input.applicationName);
    const names = (await groups(store).list(ctx, application.id)).map((group) => group.name).sort();
    const { items, nextToken } = page(`groups/${application.id}`, names, (name) => name, input.nextToken);
    return { applicationName: application.name, deploymentGroups: items, nextToken };
  };

const view = async (
  store: Store,
  scope: Scope,
  application: ApplicationRecord,
  group: GroupRecord,
): Promise<DeploymentGroupInfo> =>
  groupInfo(application, group, historyOf(await deployments(store).list(scope, group.id)));
