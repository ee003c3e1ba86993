import type { Instant, RevisionReference } from '../../engine/deployment.ts';
import type { Scope } from '../../kernel/scope.ts';
import type { Transaction } from '../../store/store.ts';
import { revisions } from './look-ups.ts';
import type { ApplicationRecord, RevisionRecord } from './records.ts';
import { referenceOf, type ReceivedRevision } from './shapes/revision.ts';

export const revisionKey = (applicationId: string, { revisionType, sha256 }: RevisionReference): string =>
  `${applicationId}/${revisionType}/${sha256}`;

/** Registers a revision once: the same content again keeps its first record, with the given changes. */
export async function keepRevision(
  tx: Transaction,
  scope: Scope,
  application: ApplicationRecord,
  revision: ReceivedRevision,
  now: Instant,
  change: (kept: RevisionRecord) => RevisionRecord,
): Promise<void> {
  const key = revisionKey(application.id, revision);
  const fresh: RevisionRecord = {
    applicationId: application.id,
    ...referenceOf(revision),
    ...(revision.content !== undefined && { content: revision.content }),
    registeredAt: now,
    groupIds: [],
  };
  const kept = (await revisions(tx).get(scope, key)) ?? fresh;
  await revisions(tx).put(scope, key, change(kept), { parent: application.id });
}

/** Marks a revision as deployed to a group; one that CreateDeployment brings along gets AWS's description. */
export const usedBy =
  (groupId: string, deploymentId: string, now: Instant) =>
  (kept: RevisionRecord): RevisionRecord => ({
    ...kept,
    description: kept.description ?? `Application revision registered by Deployment ID: ${deploymentId}`,
    firstUsedAt: kept.firstUsedAt ?? now,
    lastUsedAt: now,
    groupIds: [...new Set([...kept.groupIds, groupId])],
  });
