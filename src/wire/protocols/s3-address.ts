import { ApiError } from '../api-error.ts';
import type { WireRequest } from '../request.ts';

/** Where a request to S3 points. Absent parts are absent from the request. */
export interface S3Address {
  readonly bucket: string | undefined;
  /** Decoded. */
  readonly key: string | undefined;
}

/** `bucket.s3.amazonaws.com`, `bucket.s3.eu-west-1.amazonaws.com`, `bucket.s3.localhost`, `bucket.localhost`. */
const IN_HOST = [/^(.+)\.s3[.-][^:]+(?::\d+)?$/i, /^(.+)\.localhost(?::\d+)?$/i];

/** Reads bucket and key from host and path, whichever of them names the bucket. @throws {ApiError} `InvalidURI` */
export function s3Address({ path, headers }: WireRequest): S3Address {
  const inHost = bucketInHost(headers['host'] ?? '');
  const rest = path.replace(/^\//, '');
  if (inHost !== undefined) return { bucket: inHost, key: rest === '' ? undefined : decode(rest) };
  const slash = rest.indexOf('/');
  const [bucket, key] = slash < 0 ? [rest, ''] : [rest.slice(0, slash), rest.slice(slash + 1)];
  return { bucket: bucket === '' ? undefined : decode(bucket), key: key === '' ? undefined : decode(key) };
}

function bucketInHost(host: string): string | undefined {
  for (const form of IN_HOST) {
    const bucket = form.exec(host)?.[1];
    if (bucket !== undefined && bucket.toLowerCase() !== 's3') return bucket;
  }
  return undefined;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ApiError('InvalidURI', "Couldn't parse the specified URI.");
  }
}
