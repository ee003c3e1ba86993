import type { RegisterApplicationRevisionCommand } from '@aws-sdk/client-codedeploy';
import type { Action } from '../../../wire/types.ts';
import type { CodeDeployDeps } from '../deps.ts';
import { requireApplication } from '../look-ups.ts';
import { checkDescription } from '../names.ts';
import { keepRevision } from '../revisions.ts';
import { readRevision } from '../shapes/revision.ts';

export const registerApplicationRevision =
  ({ store, clock }: CodeDeployDeps): Action<typeof RegisterApplicationRevisionCommand> =>
  async (input, ctx) => {
    await requireApplication(store, ctx, input.applicationName);
    checkDescription(input.description);
    const revision = readRevision(input.revision);
    const { description } = input;
    await store.transaction(async (tx) => {
      const application = await requireApplication(tx, ctx, input.applicationName);
      await keepRevision(tx, ctx, application, revision, clock.now().getTime(), (kept) => ({
        ...kept,
        ...(description !== undefined && { description }),
      }));
    });
  };
