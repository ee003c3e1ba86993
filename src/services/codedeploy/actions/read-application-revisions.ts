import {
  type BatchGetApplicationRevisionsCommand,
  type GetApplicationRevisionCommand,
  RevisionDoesNotExistException,
  type RevisionLocation,
  RevisionRequiredException,
} from '@aws-sdk/client-codedeploy';
import type { RevisionReference } from '../../../engine/deployment.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { Store } from '../../../store/store.ts';
import { fault } from '../../../wire/api-error.ts';
import type { Action } from '../../../wire/types.ts';
import { checkBatch } from '../batch.ts';
import type { CodeDeployDeps } from '../deps.ts';
import { groups, requireApplication, revisions } from '../look-ups.ts';
import type { ApplicationRecord, RevisionRecord } from '../records.ts';
import { revisionKey } from '../revisions.ts';
import { readReference, revisionInfo, revisionReference, wholeRevision } from '../shapes/revision.ts';

/** The only way to read an AppSpec back: by the hash that GetDeployment shows. */
export const getApplicationRevision =
  ({ store }: CodeDeployDeps): Action<typeof GetApplicationRevisionCommand> =>
  async (input, ctx) => {
    const application = await requireApplication(store, ctx, input.applicationName);
    const found = await requireRevision(store, ctx, application, readReference(input.revision));
    return {
      applicationName: application.name,
      revision: wholeRevision(found),
      revisionInfo: await infoOf(store, ctx, application, found),
    };
  };

/** Unknown revisions are left out and named in `errorMessage`. */
export const batchGetApplicationRevisions =
  ({ store }: CodeDeployDeps): Action<typeof BatchGetApplicationRevisionsCommand> =>
  async (input, ctx) => {
    const application = await requireApplication(store, ctx, input.applicationName);
    const wanted = checkBatch<RevisionLocation, RevisionRequiredException>(
      input.revisions,
      25,
      RevisionRequiredException,
      'revisions',
    ).map(readReference);
    const found = await Promise.all(wanted.map((one) => revisions(store).get(ctx, revisionKey(application.id, one))));
    const known = found.filter((revision) => revision !== undefined);
    const unknown = wanted.filter((_one, index) => found[index] === undefined);
    return {
      applicationName: application.name,
      revisions: await Promise.all(
        known.map(async (revision) => ({
          revisionLocation: revisionReference(revision),
          genericRevisionInfo: await infoOf(store, ctx, application, revision),
        })),
      ),
      errorMessage: unknown.map((one) => `No revision found with ${named(one)}`).join('; '),
    };
  };

async function requireRevision(
  store: Store,
  scope: Scope,
  application: ApplicationRecord,
  reference: RevisionReference,
): Promise<RevisionRecord> {
  const found = await revisions(store).get(scope, revisionKey(application.id, reference));
  if (!found)
    throw fault(
      RevisionDoesNotExistException,
      `No ${reference.revisionType} revision with ${named(reference)} is registered with the application ${application.name}.`,
    );
  return found;
}

const named = ({ sha256, s3Location }: RevisionReference): string =>
  s3Location ? `the location ${JSON.stringify(s3Location)}` : `sha256 ${sha256}`;

async function infoOf(store: Store, scope: Scope, application: ApplicationRecord, revision: RevisionRecord) {
  const all = await groups(store).list(scope, application.id);
  const names = all.filter((group) => revision.groupIds.includes(group.id)).map((group) => group.name);
  return revisionInfo(revision, names);
}
