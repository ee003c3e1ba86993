import { ApplicationAlreadyExistsException, type UpdateApplicationCommand } from '@aws-sdk/client-codedeploy';
import type { Scope } from '../../../kernel/scope.ts';
import type { Transaction } from '../../../store/store.ts';
import { fault } from '../../../wire/api-error.ts';
import type { Action } from '../../../wire/types.ts';
import { applicationArn, groupArn } from '../arns.ts';
import type { CodeDeployDeps } from '../deps.ts';
import { applications, deployments, groups, requireApplication } from '../look-ups.ts';
import { requireApplicationName } from '../names.ts';
import type { ApplicationRecord } from '../records.ts';
import { moveTags } from '../tags.ts';

/** Renames; groups, revisions and deployments follow. */
export const updateApplication =
  ({ store }: CodeDeployDeps): Action<typeof UpdateApplicationCommand> =>
  async (input, ctx) => {
    await store.transaction(async (tx) => {
      const application = await requireApplication(tx, ctx, input.applicationName);
      const name = requireApplicationName(input.newApplicationName);
      if (name === application.name) return;
      if (await applications(tx).get(ctx, name))
        throw fault(ApplicationAlreadyExistsException, `Application already exists: ${name}`);
      await applications(tx).remove(ctx, application.name);
      await applications(tx).insert(ctx, name, { ...application, name });
      await renameInside(tx, ctx, application, name);
    });
  };

async function renameInside(tx: Transaction, scope: Scope, { id, name }: ApplicationRecord, to: string): Promise<void> {
  await moveTags(tx, scope, applicationArn(scope, name), applicationArn(scope, to));
  for (const group of await groups(tx).list(scope, id)) {
    await moveTags(tx, scope, groupArn(scope, name, group.name), groupArn(scope, to, group.name));
    for (const deployment of await deployments(tx).list(scope, group.id))
      await deployments(tx).put(scope, deployment.id, { ...deployment, applicationName: to });
  }
}
