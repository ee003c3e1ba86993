import type { ObjectRead } from '../../aws/objects.ts';
import { AppSpecError } from '../../engine/appspec/app-spec-error.ts';
import type { ErrorInformation, S3Location } from '../../engine/deployment.ts';
import type { Scope } from '../../kernel/scope.ts';
import type { CodeDeployDeps } from './deps.ts';
import type { Content } from './shapes/release.ts';
import { MOST_BYTES, parseContent, type ReceivedRevision } from './shapes/revision.ts';

/**
 * What a deployment deploys: the AppSpec that came with the request, or what the object holds now. It is read once and
 * kept with the deployment, so no later change of the object changes what is deployed.
 *
 * @returns why it cannot be read, for AWS lets such a deployment fail instead of refusing it
 * @throws {Error} when S3 could not be asked
 * Source: spec/codedeploy-ecs §5.6; the messages are assumed
 */
export async function contentOf(
  { objects }: Pick<CodeDeployDeps, 'objects'>,
  scope: Scope,
  { appSpec, s3Location }: ReceivedRevision,
  roleArn: string,
): Promise<Content> {
  if (appSpec) return { appSpec };
  if (!s3Location) throw new Error('a revision has neither content nor a location');
  const { bucket, key, version } = s3Location;
  const place = { bucket, key, ...(version !== undefined && { versionId: version }) };
  const found = await objects.read(scope, place, MOST_BYTES);
  return found.isRead ? contentIn(found, s3Location) : { unreadable: refusal(found, s3Location, roleArn) };
}

type Found = Extract<ObjectRead, { isRead: true }>;
type NotFound = Extract<ObjectRead, { isRead: false }>;

function contentIn({ bytes, etag }: Found, location: S3Location): Content {
  const wanted = location.eTag?.replaceAll('"', '');
  if (wanted !== undefined && wanted !== etag)
    return invalid(`The eTag of the object ${nameOf(location)} is ${etag}, but the revision says ${wanted}.`);
  const text = new TextDecoder().decode(bytes);
  if (location.bundleType === 'JSON' && !isJson(text))
    return invalid(`The object ${nameOf(location)} is not valid JSON, which its bundleType says.`);
  try {
    return { appSpec: parseContent(text) };
  } catch (cause) {
    if (cause instanceof AppSpecError) return invalid(`${cause.message}.`.replace(/\.\.$/, '.'));
    throw cause;
  }
}

function refusal({ code, message, status }: NotFound, location: S3Location, roleArn: string): ErrorInformation {
  if (status === 0 || status >= 500) throw new Error(`the object ${nameOf(location)} could not be read: ${code}`);
  if (status === 403)
    return {
      code: 'IAM_ROLE_PERMISSIONS',
      message: `The IAM role ${roleArn} does not give you permission to perform operations in the following AWS service: AmazonS3.`,
    };
  const isMissing = status === 404 || status === 405;
  const said = `The object ${nameOf(location)} could not be read: ${code}: ${message}`;
  return { code: isMissing ? 'REVISION_MISSING' : 'INVALID_REVISION', message: said };
}

const invalid = (message: string): Content => ({ unreadable: { code: 'INVALID_REVISION', message } });

const nameOf = ({ bucket, key, version }: S3Location): string =>
  `s3://${bucket}/${key}${version === undefined ? '' : ` (version ${version})`}`;

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
