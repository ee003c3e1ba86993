import {
  type BatchGetApplicationsCommand,
  ApplicationNameRequiredException,
  type GetApplicationCommand,
  type ListApplicationsCommand,
} from '@aws-sdk/client-codedeploy';
import type { Action } from '../../../wire/types.ts';
import { checkBatch } from '../batch.ts';
import type { CodeDeployDeps } from '../deps.ts';
import { applications, requireApplication } from '../look-ups.ts';
import { page } from '../paging.ts';
import { applicationInfo } from '../shapes/application-info.ts';

export const getApplication =
  ({ store }: CodeDeployDeps): Action<typeof GetApplicationCommand> =>
  async (input, ctx) => ({ application: applicationInfo(await requireApplication(store, ctx, input.applicationName)) });

/** One unknown name fails the whole batch. */
export const batchGetApplications =
  ({ store }: CodeDeployDeps): Action<typeof BatchGetApplicationsCommand> =>
  async (input, ctx) => {
    const names = checkBatch(input.applicationNames, 100, ApplicationNameRequiredException, 'application names');
    const found = await Promise.all(names.map((name) => requireApplication(store, ctx, name)));
    return { applicationsInfo: found.map(applicationInfo) };
  };

export const listApplications =
  ({ store }: CodeDeployDeps): Action<typeof ListApplicationsCommand> =>
  async (input, ctx) => {
    const names = (await applications(store).list(ctx)).map((application) => application.name).sort();
    const { items, nextToken } = page('applications', names, (name) => name, input.nextToken);
    return { applications: items, nextToken };
  };
