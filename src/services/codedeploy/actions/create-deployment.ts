import { type CreateDeploymentCommand, DeploymentLimitExceededException } from '@aws-sdk/client-codedeploy';
import type { Deployment } from '../../../engine/deployment.ts';
import { newDeployment } from '../../../engine/requests.ts';
import { newId } from '../../../kernel/ids.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { fault } from '../../../wire/api-error.ts';
import type { Action, ActionInput } from '../../../wire/types.ts';
import type { CodeDeployDeps } from '../deps.ts';
import { historyOf } from '../deployments-port.ts';
import { readAlarms } from '../groups/alarms.ts';
import { readRollback } from '../groups/auto-rollback.ts';
import { requireConfigFor } from '../groups/group-config.ts';
import { refuseServerInputs } from '../groups/server-inputs.ts';
import { activeDeployments, deployments, requireApplication, requireGroup } from '../look-ups.ts';
import { checkDescription } from '../names.ts';
import { contentOf } from '../read-content.ts';
import { keepRevision, usedBy } from '../revisions.ts';
import { type Content, type Overrides, releaseOf, snapshotOf } from '../shapes/release.ts';
import { type ReceivedRevision, readRevision, referenceOf } from '../shapes/revision.ts';

type Input = ActionInput<typeof CreateDeploymentCommand>;

/** Registers the revision, takes a copy of the group and records the deployment; the engine does the rest. */
export const createDeployment =
  (deps: CodeDeployDeps): Action<typeof CreateDeploymentCommand> =>
  async (input, ctx) => {
    const application = await requireApplication(deps.store, ctx, input.applicationName);
    const group = await requireGroup(deps.store, ctx, application, input.deploymentGroupName);
    const revision = readRevision(input.revision);
    const configName = input.deploymentConfigName ?? group.settings.configName;
    await requireConfigFor(deps.store, ctx, configName, group.settings.loadBalancer);
    checkDescription(input.description);
    refuseServerInputs(input);
    const overrides = {
      alarms: readAlarms(input.overrideAlarmConfiguration),
      rollback: readRollback(input.autoRollbackConfiguration),
    };
    const content = await contentOf(deps, ctx, revision, group.settings.serviceRoleArn);
    const deployment = await record(deps, ctx, input, { revision, content }, overrides);
    deps.logger.info('deployment created', { deploymentId: deployment.id, group: group.name, config: configName });
    deps.engine().wake();
    return { deploymentId: deployment.id };
  };

/** One transaction from the look at what is active to the insert, so that two calls cannot both succeed. */
async function record(
  { store, clock }: CodeDeployDeps,
  { account, region }: Scope,
  input: Input,
  { revision, content }: { readonly revision: ReceivedRevision; readonly content: Content },
  overrides: Overrides,
): Promise<Deployment> {
  const scope = { account, region };
  const now = clock.now().getTime();
  return store.transaction(async (tx) => {
    const application = await requireApplication(tx, scope, input.applicationName);
    const group = await requireGroup(tx, scope, application, input.deploymentGroupName);
    const configName = input.deploymentConfigName ?? group.settings.configName;
    const { routing } = await requireConfigFor(tx, scope, configName, group.settings.loadBalancer);
    const { active, lastSuccessful } = historyOf(await deployments(tx).list(scope, group.id));
    if (active)
      throw fault(
        DeploymentLimitExceededException,
        `The Deployment Group '${group.name}' already has an active Deployment '${active.id}'`,
      );
    const deployment = newDeployment(
      {
        id: newId.deployment(),
        scope,
        applicationName: application.name,
        deploymentGroupName: group.name,
        deploymentGroupId: group.id,
        deploymentConfigName: configName,
        ...(input.description !== undefined && { description: input.description }),
        creator: 'user',
        revision: referenceOf(revision),
        ...(lastSuccessful && { previousRevision: lastSuccessful.revision }),
        snapshot: snapshotOf(group.settings, overrides),
        release: releaseOf(group.settings, routing, content, overrides),
      },
      now,
    );
    await keepRevision(tx, scope, application, revision, now, usedBy(group.id, deployment.id, now));
    await deployments(tx).insert(scope, deployment.id, deployment, { parent: group.id });
    await activeDeployments(tx).put(scope, deployment.id, true);
    return deployment;
  });
}
