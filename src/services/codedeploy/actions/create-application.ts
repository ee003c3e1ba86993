import {
  ApplicationAlreadyExistsException,
  ApplicationLimitExceededException,
  type CreateApplicationCommand,
} from '@aws-sdk/client-codedeploy';
import { newId } from '../../../kernel/ids.ts';
import { fault } from '../../../wire/api-error.ts';
import type { Action } from '../../../wire/types.ts';
import { applicationArn } from '../arns.ts';
import { readPlatform } from '../compute-platform.ts';
import type { CodeDeployDeps } from '../deps.ts';
import { applications } from '../look-ups.ts';
import { requireApplicationName } from '../names.ts';
import { addTags, readTags } from '../tags.ts';

const MOST_APPLICATIONS = 1000;

export const createApplication =
  ({ store, clock }: CodeDeployDeps): Action<typeof CreateApplicationCommand> =>
  async (input, ctx) => {
    const name = requireApplicationName(input.applicationName);
    const computePlatform = readPlatform(input.computePlatform);
    const tags = readTags(input.tags);
    const id = newId.uuid();
    await store.transaction(async (tx) => {
      const records = applications(tx);
      if (await records.get(ctx, name))
        throw fault(ApplicationAlreadyExistsException, `Application already exists: ${name}`);
      if ((await records.list(ctx)).length >= MOST_APPLICATIONS)
        throw fault(
          ApplicationLimitExceededException,
          `An account can have at most ${MOST_APPLICATIONS} applications.`,
        );
      await records.insert(ctx, name, { id, name, computePlatform, createdAt: clock.now().getTime() });
      await addTags(tx, ctx, applicationArn(ctx, name), tags);
    });
    return { applicationId: id };
  };
