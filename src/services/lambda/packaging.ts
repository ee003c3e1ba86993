import { createHash } from 'node:crypto';
import type { FunctionCode, FunctionCodeLocation, FunctionConfiguration, ImageConfig } from '@aws-sdk/client-lambda';
import type { FunctionSpec } from '../../drivers/functions/functions.ts';
import { requireZip } from './checks.ts';
import { shownSha256 } from './code-store.ts';
import type { LambdaTools } from './deps.ts';
import { invalidParameter } from './faults.ts';
import type { FunctionRecord } from './records.ts';

/** The container image of a function. */
export interface ImageRecord {
  readonly uri: string;
  /** The Engine's id of what the URI stood for, with `sha256:`. */
  readonly id: string;
  /** What is undefined the image says itself. */
  readonly entryPoint?: readonly string[];
  readonly command?: readonly string[];
  readonly workingDirectory?: string;
}

/** A layer version as a function uses it: it goes on when the version is deleted. */
export interface LayerUse {
  readonly arn: string;
  /** The id that its code is kept under. */
  readonly codeId: string;
  /** Bytes of the zip. */
  readonly size: number;
  /** Bytes of its files. */
  readonly unzippedSize: number;
}

type Packaged = Pick<FunctionRecord, 'code' | 'image'>;

/** Keeps the code that was sent. @throws InvalidParameterValueException when it is of the other kind, or not there */
export async function takePackage(tools: LambdaTools, code: FunctionCode, isImage: boolean): Promise<Packaged> {
  if (!isImage) {
    if (code.ImageUri) throw notFor('ImageUri', 'ZIP');
    return { code: await tools.code.keep(requireZip(code)) };
  }
  if (code.ZipFile || code.S3Bucket || code.S3Key) throw notFor('ZipFile, S3Bucket or S3Key', 'IMAGE');
  if (!code.ImageUri) throw invalidParameter('Please provide ImageUri for a function with PackageType Image.');
  const uri = code.ImageUri;
  const resolved = await tools.functions.resolveImage(uri);
  if (resolved.refused !== undefined) {
    throw invalidParameter(
      `Source image ${uri} does not exist or cannot be run. Provide a valid source image. Reason: ${resolved.refused}`,
    );
  }
  return { code: { id: resolved.id.replace(/^sha256:/, ''), size: 0 }, image: { uri, id: resolved.id } };
}

/** Refuses settings that the other kind of package has. Wording: recorded for images, assumed for zips. */
export function checkSettingsFit(
  isImage: boolean,
  input: {
    readonly Handler?: string | undefined;
    readonly Runtime?: string | undefined;
    readonly Layers?: readonly string[] | undefined;
    readonly ImageConfig?: ImageConfig | undefined;
  },
): void {
  if (isImage && (input.Handler || input.Runtime || (input.Layers ?? []).length > 0)) {
    throw notFor('Handler or Runtime or Layer', 'IMAGE');
  }
  if (!isImage && Object.keys(imageSettings(input.ImageConfig)).length > 0) throw notFor('ImageConfig', 'ZIP');
}

const notFor = (what: string, kind: 'IMAGE' | 'ZIP') =>
  invalidParameter(`Please don't provide ${what} when the intended function PackageType is ${kind}`);

/** The record with new code; what ImageConfig overrides stays. */
export function withPackage(record: FunctionRecord, { code, image }: Packaged): FunctionRecord {
  return { ...record, code, ...(image ? { image: { ...record.image, ...image } } : {}) };
}

/** The record with the given overrides and layers; what is undefined stays. */
export function withPackageSettings(
  record: FunctionRecord,
  config: ImageConfig | undefined,
  layers: readonly LayerUse[] | undefined,
): FunctionRecord {
  const { image, layers: before, ...rest } = record;
  const used = layers ?? before ?? [];
  refuseSize(record, used);
  return {
    ...rest,
    ...(image ? { image: config ? { uri: image.uri, id: image.id, ...imageSettings(config) } : image } : {}),
    ...(used.length > 0 ? { layers: used } : {}),
  };
}

const MAX_UNZIPPED_BYTES = 262_144_000;

/** Source: Lambda quotas, deployment package with layers. */
function refuseSize({ code }: FunctionRecord, layers: readonly LayerUse[]): void {
  const size = layers.reduce((sum, { unzippedSize }) => sum + unzippedSize, code.unzippedSize ?? 0);
  if (layers.length === 0 || size <= MAX_UNZIPPED_BYTES) return;
  throw invalidParameter(
    `Function code combined with layers exceeds the maximum allowed size of ${MAX_UNZIPPED_BYTES} bytes. The actual size is ${size} bytes.`,
  );
}

/** Tools send empty members for what is not overridden. */
function imageSettings(config: ImageConfig = {}): Pick<ImageRecord, 'entryPoint' | 'command' | 'workingDirectory'> {
  const { EntryPoint = [], Command = [], WorkingDirectory = '' } = config;
  return {
    ...(EntryPoint.length > 0 ? { entryPoint: EntryPoint } : {}),
    ...(Command.length > 0 ? { command: Command } : {}),
    ...(WorkingDirectory === '' ? {} : { workingDirectory: WorkingDirectory }),
  };
}

/** What the driver runs. */
export async function packageOf({ code }: LambdaTools, record: FunctionRecord): Promise<FunctionSpec['package']> {
  if (record.image) return { kind: 'image', ...record.image };
  const { runtime, handler, layers = [] } = record;
  const folders = await Promise.all(layers.map(({ codeId }) => code.folderOf(codeId)));
  return { kind: 'zip', folder: await code.folderOf(record.code.id), layers: folders, runtime, handler };
}

/** The ids of all code that a function needs on disk. */
export const codeIdsOf = ({ code, layers = [] }: FunctionRecord): string[] => [
  code.id,
  ...layers.map(({ codeId }) => codeId),
];

/** As Lambda shows it: of a zip in base64, of an image in hexadecimal. */
export const shownCodeSha256 = ({ code, image }: FunctionRecord): string => (image ? code.id : shownSha256(code.id));

/** The members of a configuration that depend on the kind of package. */
export function shownPackage(record: FunctionRecord): FunctionConfiguration {
  const { image, layers = [] } = record;
  if (!image) {
    return {
      PackageType: 'Zip',
      Runtime: record.runtime as NonNullable<FunctionConfiguration['Runtime']>,
      Handler: record.handler,
      RuntimeVersionConfig: { RuntimeVersionArn: runtimeVersionArn(record) },
      ...(layers.length > 0 ? { Layers: layers.map(({ arn, size }) => ({ Arn: arn, CodeSize: size })) } : {}),
    };
  }
  const { entryPoint, command, workingDirectory } = image;
  const config: ImageConfig = {
    ...(entryPoint && { EntryPoint: [...entryPoint] }),
    ...(command && { Command: [...command] }),
    ...(workingDirectory !== undefined && { WorkingDirectory: workingDirectory }),
  };
  return {
    PackageType: 'Image',
    ...(Object.keys(config).length > 0 ? { ImageConfigResponse: { ImageConfig: config } } : {}),
  };
}

/** Where GetFunction says that the code is. */
export function shownLocation(
  { code }: LambdaTools | Pick<LambdaTools, 'code'>,
  record: FunctionRecord,
): FunctionCodeLocation {
  const { image } = record;
  if (!image) return { RepositoryType: 'S3', Location: code.locationOf(record.code.id) };
  const repository = image.uri.replace(/@.*$|:[^/]+$/, '');
  return { RepositoryType: 'ECR', ImageUri: image.uri, ResolvedImageUri: `${repository}@${image.id}` };
}

/** The ARN form is AWS's; the digest stands for this machine's own runtime of that name. */
const runtimeVersionArn = ({ arn, runtime }: FunctionRecord): string =>
  `arn:aws:lambda:${arn.split(':')[3] ?? ''}::runtime:${createHash('sha256').update(runtime).digest('hex')}`;
