import { createHash } from 'node:crypto';
import {
  type GenericRevisionInfo,
  InvalidRevisionException,
  type RevisionLocation,
  RevisionRequiredException,
} from '@aws-sdk/client-codedeploy';
import { AppSpecError } from '../../../engine/appspec/app-spec-error.ts';
import { parseAppSpec } from '../../../engine/appspec/parse-app-spec.ts';
import type { AppSpec, RevisionReference } from '../../../engine/deployment.ts';
import { fault } from '../../../wire/api-error.ts';
import type { RevisionRecord } from '../records.ts';

/** AWS names no limit; assumed. */
const MOST_BYTES = 100 * 1024;

const invalid = (message: string): Error => fault(InvalidRevisionException, message);
const sha256Of = (content: string): string => createHash('sha256').update(content, 'utf8').digest('hex');

const block = (type: RevisionReference['revisionType'], inner: { content?: string; sha256: string }) =>
  type === 'String' ? { revisionType: type, string: inner } : { revisionType: type, appSpecContent: inner };

/** A revision as deployments and lists show it: never with its content. */
export const revisionReference = ({ revisionType, sha256 }: RevisionReference): RevisionLocation =>
  block(revisionType, { sha256 });

/** A revision as GetApplicationRevision shows it, the only way to read the content back. */
export const wholeRevision = ({ revisionType, sha256, content }: RevisionRecord): RevisionLocation =>
  block(revisionType, { content, sha256 });

export const revisionInfo = (revision: RevisionRecord, deploymentGroups: string[]): GenericRevisionInfo => ({
  ...(revision.description !== undefined && { description: revision.description }),
  deploymentGroups,
  ...(revision.firstUsedAt !== undefined && { firstUsedTime: new Date(revision.firstUsedAt) }),
  ...(revision.lastUsedAt !== undefined && { lastUsedTime: new Date(revision.lastUsedAt) }),
  registerTime: new Date(revision.registeredAt),
});

export interface ReceivedRevision extends RevisionReference {
  readonly content: string;
  readonly appSpec: AppSpec;
}

/**
 * Reads a revision to deploy or register. The hash is of the bytes received; one that is sent along must match.
 *
 * @throws `RevisionRequired`, `InvalidRevision` with the AppSpec's own mistake
 */
export function readRevision(location: RevisionLocation | undefined): ReceivedRevision {
  const { revisionType, content, sha256: claimed } = inlinePart(location);
  if (!content) throw invalid('The AppSpec content of the revision is missing or empty.');
  const bytes = Buffer.byteLength(content);
  if (bytes > MOST_BYTES) throw invalid(`The AppSpec may have at most ${MOST_BYTES} bytes, found ${bytes}.`);
  const sha256 = sha256Of(content);
  if (claimed && claimed.toLowerCase() !== sha256)
    throw invalid(`The SHA-256 hash of the AppSpec content is ${sha256}, but the request says ${claimed}.`);
  return { revisionType, sha256, content, appSpec: readAppSpec(content) };
}

/** Reads which revision is meant: by its hash, or by the content it is the hash of. */
export function readReference(location: RevisionLocation | undefined): RevisionReference {
  const { revisionType, content, sha256 } = inlinePart(location);
  if (sha256) return { revisionType, sha256: sha256.toLowerCase() };
  if (content) return { revisionType, sha256: sha256Of(content) };
  throw invalid('The revision must be named by its sha256 or its content.');
}

function inlinePart(location: RevisionLocation | undefined): {
  readonly revisionType: RevisionReference['revisionType'];
  readonly content: string | undefined;
  readonly sha256: string | undefined;
} {
  if (!location) throw fault(RevisionRequiredException, 'The revision is required.');
  const { revisionType } = location;
  switch (revisionType) {
    case 'AppSpecContent':
      return { revisionType, content: location.appSpecContent?.content, sha256: location.appSpecContent?.sha256 };
    case 'String':
      return { revisionType, content: location.string?.content, sha256: location.string?.sha256 };
    case 'S3':
      throw invalid('S3 revisions are not served yet; send the AppSpec inline, with revisionType AppSpecContent.');
    case 'GitHub':
      throw invalid('GitHub revisions are for EC2/On-Premises deployments; ECS takes revisionType AppSpecContent.');
    default:
      throw invalid(
        `The revisionType must be AppSpecContent or String, found ${revisionType === undefined ? 'none' : `'${String(revisionType)}'`}.`,
      );
  }
}

function readAppSpec(content: string): AppSpec {
  try {
    return parseAppSpec(content);
  } catch (error) {
    if (error instanceof AppSpecError) throw invalid(`${error.message}.`.replace(/\.\.$/, '.'));
    throw error;
  }
}
