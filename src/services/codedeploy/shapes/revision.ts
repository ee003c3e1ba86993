import { createHash } from 'node:crypto';
import {
  type GenericRevisionInfo,
  InvalidRevisionException,
  type RevisionLocation,
  type S3Location as GivenS3Location,
  RevisionRequiredException,
} from '@aws-sdk/client-codedeploy';
import { AppSpecError } from '../../../engine/appspec/app-spec-error.ts';
import { parseAppSpec } from '../../../engine/appspec/parse-app-spec.ts';
import type { AppSpec, RevisionReference } from '../../../engine/deployment.ts';
import { fault } from '../../../wire/api-error.ts';
import type { RevisionRecord } from '../records.ts';

/** AWS names no limit; assumed. */
export const MOST_BYTES = 100 * 1024;

const invalid = (message: string): Error => fault(InvalidRevisionException, message);
const sha256Of = (content: string): string => createHash('sha256').update(content, 'utf8').digest('hex');

/** A revision as deployments and lists show it: never with its content. */
export const revisionReference = (reference: RevisionReference): RevisionLocation => shownRevision(reference);

/** A revision as GetApplicationRevision shows it, the only way to read the content back. */
export const wholeRevision = (record: RevisionRecord): RevisionLocation => shownRevision(record, record.content);

function shownRevision({ revisionType, sha256, s3Location }: RevisionReference, content?: string): RevisionLocation {
  if (s3Location) return { revisionType, s3Location: { ...s3Location } };
  const inner = { ...(content !== undefined && { content }), sha256 };
  return revisionType === 'String' ? { revisionType, string: inner } : { revisionType, appSpecContent: inner };
}

/** What of a revision goes into a deployment. */
export const referenceOf = ({ revisionType, sha256, s3Location }: RevisionReference): RevisionReference => ({
  revisionType,
  sha256,
  ...(s3Location && { s3Location }),
});

export const revisionInfo = (revision: RevisionRecord, deploymentGroups: string[]): GenericRevisionInfo => ({
  ...(revision.description !== undefined && { description: revision.description }),
  deploymentGroups,
  ...(revision.firstUsedAt !== undefined && { firstUsedTime: new Date(revision.firstUsedAt) }),
  ...(revision.lastUsedAt !== undefined && { lastUsedTime: new Date(revision.lastUsedAt) }),
  registerTime: new Date(revision.registeredAt),
});

/** Of S3 there is only the place yet: content and AppSpec are read when it is deployed. */
export interface ReceivedRevision extends RevisionReference {
  readonly content?: string;
  readonly appSpec?: AppSpec;
}

/**
 * Reads a revision to deploy or register. The hash is of the bytes received; one that is sent along must match.
 *
 * @throws `RevisionRequired`, `InvalidRevision` with the AppSpec's own mistake
 */
export function readRevision(location: RevisionLocation | undefined): ReceivedRevision {
  if (location?.revisionType === 'S3') return inS3(location.s3Location);
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
  if (location?.revisionType === 'S3') return inS3(location.s3Location);
  const { revisionType, content, sha256 } = inlinePart(location);
  if (sha256) return { revisionType, sha256: sha256.toLowerCase() };
  if (content) return { revisionType, sha256: sha256Of(content) };
  throw invalid('The revision must be named by its sha256 or its content.');
}

const BUNDLE_TYPES = ['YAML', 'JSON'] as const;

/** A place is told apart by all that names it. @throws `InvalidRevision` */
function inS3(given: GivenS3Location | undefined): RevisionReference {
  const { bucket, key, bundleType, version, eTag } = given ?? {};
  if (!bucket) throw invalid('The S3 location of the revision must have a bucket.');
  if (!key) throw invalid('The S3 location of the revision must have a key.');
  const type = BUNDLE_TYPES.find((one) => one === bundleType);
  if (!type)
    throw invalid(`The bundleType must be YAML or JSON for ECS, found ${bundleType ? `'${bundleType}'` : 'none'}.`);
  const s3Location = { bucket, key, bundleType: type, ...(version && { version }), ...(eTag && { eTag }) };
  const named = JSON.stringify([bucket, key, type, version ?? null, eTag ?? null]);
  return { revisionType: 'S3', sha256: sha256Of(named), s3Location };
}

/** Reads an AppSpec's bytes, wherever they came from. @throws {AppSpecError} with words for the file's author */
export function parseContent(content: string): AppSpec {
  const bytes = Buffer.byteLength(content);
  if (bytes > MOST_BYTES) throw new AppSpecError(`The AppSpec may have at most ${MOST_BYTES} bytes, found ${bytes}`);
  return parseAppSpec(content);
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
    case 'GitHub':
      throw invalid(
        'GitHub revisions are for EC2/On-Premises deployments; ECS takes revisionType AppSpecContent or S3.',
      );
    default:
      throw invalid(
        `The revisionType must be AppSpecContent, String or S3, found ${revisionType === undefined ? 'none' : `'${String(revisionType)}'`}.`,
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
