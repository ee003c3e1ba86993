import { DeploymentGroupAlreadyExistsException, type UpdateDeploymentGroupCommand } from '@aws-sdk/client-codedeploy';
import type { Scope } from '../../../kernel/scope.ts';
import type { Transaction } from '../../../store/store.ts';
import { fault } from '../../../wire/api-error.ts';
import type { Action } from '../../../wire/types.ts';
import { groupArn } from '../arns.ts';
import type { CodeDeployDeps } from '../deps.ts';
import { historyOf } from '../deployments-port.ts';
import { requireEcsPlatform } from '../groups/application-platform.ts';
import { requireConfigFor } from '../groups/group-config.ts';
import { readChanges } from '../groups/group-settings.ts';
import { rewriteListener } from '../groups/rewrite-listener.ts';
import { requireFreeService } from '../groups/service-mapping.ts';
import { tryTriggers } from '../groups/try-triggers.ts';
import { findLivePair } from '../live/live-pair.ts';
import { deployments, groupKey, groups, requireApplication, requireGroup } from '../look-ups.ts';
import { requireGroupName } from '../names.ts';
import type { ApplicationRecord, GroupRecord, GroupSettings } from '../records.ts';
import { moveTags } from '../tags.ts';

/** Blocks left out keep their value; a running deployment works on with its own copy. */
export const updateDeploymentGroup =
  (deps: CodeDeployDeps): Action<typeof UpdateDeploymentGroupCommand> =>
  async (input, ctx) => {
    const { store } = deps;
    const application = await requireApplication(store, ctx, input.applicationName);
    const group = await requireGroup(store, ctx, application, input.currentDeploymentGroupName);
    const name =
      input.newDeploymentGroupName === undefined ? group.name : requireGroupName(input.newDeploymentGroupName);
    requireEcsPlatform(application, input);
    const changes = await readChanges(store, ctx, group.settings, input);
    await requirePlace(store, ctx, group, name, changes);
    if (changes.service || changes.loadBalancer) await checkLive(deps, ctx, group, changes);

    await store.transaction(async (tx) => {
      // What was looked up may have been changed while the service and its load balancer were looked at.
      const owner = await requireApplication(tx, ctx, input.applicationName);
      const current = await requireGroup(tx, ctx, owner, group.name);
      const settings = { ...current.settings, ...changes };
      await requireConfigFor(tx, ctx, settings.configName, settings.loadBalancer);
      await requirePlace(tx, ctx, current, name, changes);
      await groups(tx).put(ctx, groupKey(owner.id, current.name), { ...current, settings });
      if (name !== current.name) await rename(tx, ctx, owner, current.name, name);
    });
    await tryTriggers(deps, ctx, { applicationName: application.name, name }, changes.triggers ?? []);
    return { hooksNotCleanedUp: [] };
  };

async function requirePlace(
  tx: Transaction,
  scope: Scope,
  group: GroupRecord,
  name: string,
  { service }: Partial<GroupSettings>,
): Promise<void> {
  if (name !== group.name && (await groups(tx).get(scope, groupKey(group.applicationId, name))))
    throw fault(DeploymentGroupAlreadyExistsException, `Deployment group name already exists: ${name}`);
  if (service) await requireFreeService(tx, scope, service, group.id);
}

async function checkLive(
  deps: CodeDeployDeps,
  scope: Scope,
  group: GroupRecord,
  changes: Partial<GroupSettings>,
): Promise<void> {
  const { service, loadBalancer } = { ...group.settings, ...changes };
  const pair = await findLivePair(deps.clients, scope, service, loadBalancer);
  // A deployment in flight owns the listener; the next one's Install sets the forward again.
  const { active } = historyOf(await deployments(deps.store).list(scope, group.id));
  if (!active) await rewriteListener(deps, scope, loadBalancer.productionListenerArn, pair);
}

async function rename(
  tx: Transaction,
  scope: Scope,
  application: ApplicationRecord,
  from: string,
  to: string,
): Promise<void> {
  const group = await requireGroup(tx, scope, application, from);
  await groups(tx).remove(scope, groupKey(application.id, from));
  await groups(tx).insert(scope, groupKey(application.id, to), { ...group, name: to }, { parent: application.id });
  for (const deployment of await deployments(tx).list(scope, group.id))
    await deployments(tx).put(scope, deployment.id, { ...deployment, deploymentGroupName: to });
  await moveTags(tx, scope, groupArn(scope, application.name, from), groupArn(scope, application.name, to));
}
