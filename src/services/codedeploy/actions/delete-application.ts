import type { DeleteApplicationCommand } from '@aws-sdk/client-codedeploy';
import { isTerminal } from '../../../engine/deployment.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { Transaction } from '../../../store/store.ts';
import type { Action } from '../../../wire/types.ts';
import { applicationArn } from '../arns.ts';
import type { CodeDeployDeps } from '../deps.ts';
import { applications, deployments, groups, revisions } from '../look-ups.ts';
import { requireApplicationName } from '../names.ts';
import type { ApplicationRecord } from '../records.ts';
import { tagRecords } from '../tags.ts';
import { revisionKey } from '../revisions.ts';
import { removeGroup } from './delete-deployment-group.ts';

/** Deletes with all that belongs to it; an unknown name is no error. What runs goes on running. */
export const deleteApplication =
  ({ store }: CodeDeployDeps): Action<typeof DeleteApplicationCommand> =>
  async (input, ctx) => {
    const name = requireApplicationName(input.applicationName);
    await store.transaction(async (tx) => {
      const application = await applications(tx).get(ctx, name);
      if (application) await removeApplication(tx, ctx, application);
    });
  };

async function removeApplication(tx: Transaction, scope: Scope, application: ApplicationRecord): Promise<void> {
  for (const group of await groups(tx).list(scope, application.id)) {
    // A deployment in flight stays until its end, or its traffic would be left half-way; and its end is yet to be told.
    for (const deployment of await deployments(tx).list(scope, group.id))
      if (isTerminal(deployment.status) && !deployment.news) await deployments(tx).remove(scope, deployment.id);
    await removeGroup(tx, scope, application, group);
  }
  for (const revision of await revisions(tx).list(scope, application.id))
    await revisions(tx).remove(scope, revisionKey(application.id, revision));
  await tagRecords(tx).remove(scope, applicationArn(scope, application.name));
  await applications(tx).remove(scope, application.name);
}
