import type { DeleteDeploymentGroupCommand } from '@aws-sdk/client-codedeploy';
import type { Scope } from '../../../kernel/scope.ts';
import type { Transaction } from '../../../store/store.ts';
import type { Action } from '../../../wire/types.ts';
import { groupArn } from '../arns.ts';
import type { CodeDeployDeps } from '../deps.ts';
import { applications, groupKey, groups } from '../look-ups.ts';
import { requireApplicationName, requireGroupName } from '../names.ts';
import type { ApplicationRecord, GroupRecord } from '../records.ts';
import { tagRecords } from '../tags.ts';

/** Unknown names are no error; a deployment in flight goes on to its end with its own copy of the group. */
export const deleteDeploymentGroup =
  ({ store }: CodeDeployDeps): Action<typeof DeleteDeploymentGroupCommand> =>
  async (input, ctx) => {
    const applicationName = requireApplicationName(input.applicationName);
    const name = requireGroupName(input.deploymentGroupName);
    await store.transaction(async (tx) => {
      const application = await applications(tx).get(ctx, applicationName);
      const group = application && (await groups(tx).get(ctx, groupKey(application.id, name)));
      if (group) await removeGroup(tx, ctx, application, group);
    });
    return { hooksNotCleanedUp: [] };
  };

/** Removes a group and its tags; its deployments stay. */
export async function removeGroup(
  tx: Transaction,
  scope: Scope,
  application: ApplicationRecord,
  group: GroupRecord,
): Promise<void> {
  await groups(tx).remove(scope, groupKey(application.id, group.name));
  await tagRecords(tx).remove(scope, groupArn(scope, application.name, group.name));
}
