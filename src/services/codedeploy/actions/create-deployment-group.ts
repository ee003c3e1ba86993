import {
  type CreateDeploymentGroupCommand,
  DeploymentGroupAlreadyExistsException,
  DeploymentGroupLimitExceededException,
} from '@aws-sdk/client-codedeploy';
import { newId } from '../../../kernel/ids.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { Transaction } from '../../../store/store.ts';
import { fault } from '../../../wire/api-error.ts';
import type { Action } from '../../../wire/types.ts';
import { groupArn } from '../arns.ts';
import type { CodeDeployDeps } from '../deps.ts';
import { requireEcsPlatform } from '../groups/application-platform.ts';
import { requireConfigFor } from '../groups/group-config.ts';
import { readSettings } from '../groups/group-settings.ts';
import { rewriteListener } from '../groups/rewrite-listener.ts';
import { requireFreeService } from '../groups/service-mapping.ts';
import { tryTriggers } from '../groups/try-triggers.ts';
import { findLivePair } from '../live/live-pair.ts';
import { groupKey, groups, requireApplication } from '../look-ups.ts';
import { requireGroupName } from '../names.ts';
import type { ApplicationRecord, GroupSettings } from '../records.ts';
import { addTags, readTags } from '../tags.ts';

const MOST_GROUPS = 1000;

/** Also rewrites the production listener to the weighted forward live = 100, other = 0, as AWS does. */
export const createDeploymentGroup =
  (deps: CodeDeployDeps): Action<typeof CreateDeploymentGroupCommand> =>
  async (input, ctx) => {
    const application = await requireApplication(deps.store, ctx, input.applicationName);
    const name = requireGroupName(input.deploymentGroupName);
    requireEcsPlatform(application, input);
    const settings = await readSettings(deps.store, ctx, input);
    const tags = readTags(input.tags);
    await requireRoom(deps.store, ctx, application, name, settings);
    const pair = await findLivePair(deps.clients, ctx, settings.service, settings.loadBalancer);
    await rewriteListener(deps, ctx, settings.loadBalancer.productionListenerArn, pair);

    const id = newId.uuid();
    await deps.store.transaction(async (tx) => {
      const current = await requireApplication(tx, ctx, input.applicationName);
      await requireConfigFor(tx, ctx, settings.configName, settings.loadBalancer);
      await requireRoom(tx, ctx, current, name, settings);
      await groups(tx).insert(
        ctx,
        groupKey(current.id, name),
        { id, applicationId: current.id, name, createdAt: deps.clock.now().getTime(), settings },
        { parent: current.id },
      );
      await addTags(tx, ctx, groupArn(ctx, current.name, name), tags);
    });
    await tryTriggers(deps, ctx, { applicationName: application.name, name }, settings.triggers);
    return { deploymentGroupId: id };
  };

async function requireRoom(
  tx: Transaction,
  scope: Scope,
  application: ApplicationRecord,
  name: string,
  settings: GroupSettings,
): Promise<void> {
  const siblings = await groups(tx).list(scope, application.id);
  if (siblings.some((group) => group.name === name))
    throw fault(DeploymentGroupAlreadyExistsException, `Deployment group name already exists: ${name}`);
  if (siblings.length >= MOST_GROUPS)
    throw fault(
      DeploymentGroupLimitExceededException,
      `An application can have at most ${MOST_GROUPS} deployment groups.`,
    );
  await requireFreeService(tx, scope, settings.service);
}
