import {
  BucketNameFilterRequiredException,
  InvalidDeployedStateFilterException,
  InvalidSortByException,
  InvalidSortOrderException,
  type ListApplicationRevisionsCommand,
} from '@aws-sdk/client-codedeploy';
import type { Scope } from '../../../kernel/scope.ts';
import type { Store } from '../../../store/store.ts';
import { fault } from '../../../wire/api-error.ts';
import type { Action } from '../../../wire/types.ts';
import type { CodeDeployDeps } from '../deps.ts';
import { historyOf } from '../deployments-port.ts';
import { deployments, groups, requireApplication, revisions } from '../look-ups.ts';
import { page } from '../paging.ts';
import type { ApplicationRecord, RevisionRecord } from '../records.ts';
import { revisionKey } from '../revisions.ts';
import { revisionReference } from '../shapes/revision.ts';

const TIMES = { registerTime: 'registeredAt', firstUsedTime: 'firstUsedAt', lastUsedTime: 'lastUsedAt' } as const;

/** Lists by hash, never with content. */
export const listApplicationRevisions =
  ({ store }: CodeDeployDeps): Action<typeof ListApplicationRevisionsCommand> =>
  async (input, ctx) => {
    const application = await requireApplication(store, ctx, input.applicationName);
    const order = readOrder(input.sortBy, input.sortOrder);
    if (input.s3KeyPrefix && !input.s3Bucket)
      throw fault(BucketNameFilterRequiredException, 'A bucket name is required with a key prefix.');
    const isWanted = await deployedFilter(store, ctx, application, input.deployed);
    const kept = (await revisions(store).list(ctx, application.id)).filter(inBucket(input.s3Bucket, input.s3KeyPrefix));
    const key = (revision: RevisionRecord): string => revisionKey(application.id, revision);
    const wanted = kept.filter((revision) => isWanted(key(revision))).sort(order);
    const { items, nextToken } = page(`revisions/${application.id}`, wanted, key, input.nextToken);
    return { revisions: items.map(revisionReference), nextToken };
  };

/** Without a bucket every revision fits, of whatever type it is. */
const inBucket =
  (bucket: string | undefined, prefix = '') =>
  ({ s3Location }: RevisionRecord): boolean =>
    !bucket || (s3Location?.bucket === bucket && s3Location.key.startsWith(prefix));

function readOrder(sortBy = 'registerTime', sortOrder = 'ascending') {
  if (!(sortBy in TIMES))
    throw fault(InvalidSortByException, `sortBy must be one of ${Object.keys(TIMES).join(', ')}, found '${sortBy}'.`);
  if (sortOrder !== 'ascending' && sortOrder !== 'descending')
    throw fault(InvalidSortOrderException, `sortOrder must be ascending or descending, found '${sortOrder}'.`);
  const member = TIMES[sortBy as keyof typeof TIMES];
  const sign = sortOrder === 'ascending' ? 1 : -1;
  return (a: RevisionRecord, b: RevisionRecord): number => sign * ((a[member] ?? 0) - (b[member] ?? 0));
}

/** Deployed is what a group was last asked to run. */
async function deployedFilter(
  store: Store,
  scope: Scope,
  application: ApplicationRecord,
  deployed = 'ignore',
): Promise<(key: string) => boolean> {
  if (!['include', 'exclude', 'ignore'].includes(deployed))
    throw fault(
      InvalidDeployedStateFilterException,
      `deployed must be one of include, exclude, ignore, found '${deployed}'.`,
    );
  if (deployed === 'ignore') return () => true;
  const targets = new Set<string>();
  for (const group of await groups(store).list(scope, application.id)) {
    const { lastAttempted } = historyOf(await deployments(store).list(scope, group.id));
    if (lastAttempted) targets.add(revisionKey(application.id, lastAttempted.revision));
  }
  return (key) => targets.has(key) === (deployed === 'include');
}
