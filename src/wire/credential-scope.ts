import type { WireRequest } from './request.ts';

/** What a request's signature says of its sender. Nothing here is verified. */
export interface CredentialScope {
  readonly accessKeyId: string | undefined;
  /** Twelve digits. */
  readonly account: string;
  readonly region: string;
  /** The SigV4 service name, when the request has a scope at all. */
  readonly signingName: string | undefined;
}

const DEFAULT_REGION = 'us-east-1';
/** Who signs with a key that is no account number is this account. */
const DEFAULT_ACCOUNT = '000000000000';
/** Names become parts of ARNs and record keys: nothing else may stand there. */
const REGION = /^[a-z0-9-]{1,32}$/;

/** Reads the credential scope from the `Authorization` header, or from the query string of a presigned URL. */
export function credentialScope(request: WireRequest): CredentialScope {
  const credential =
    /Credential=([^\s,]+)/.exec(request.headers['authorization'] ?? '')?.[1] ?? request.query.get('X-Amz-Credential');
  // An access key id may not hold a slash, but be lenient: the last four parts are the scope.
  const parts = credential?.split('/') ?? [];
  if (parts.length < 5) return signedTheOldWay(request) ?? unscoped;
  const [, region = '', signingName] = parts.slice(-4);
  const accessKeyId = parts.slice(0, -4).join('/');
  return {
    accessKeyId,
    account: accountOf(accessKeyId),
    region: REGION.test(region) ? region : DEFAULT_REGION,
    signingName,
  };
}

const accountOf = (accessKeyId: string): string => (/^\d{12}$/.test(accessKeyId) ? accessKeyId : DEFAULT_ACCOUNT);

/** Signature version 2, which names no region and which only S3's presigned URLs are still made with. */
function signedTheOldWay({ headers, query }: WireRequest): CredentialScope | undefined {
  const inHeader = /^AWS ([^\s:]+):/.exec(headers['authorization'] ?? '')?.[1];
  const accessKeyId = inHeader ?? (query.has('Signature') ? query.get('AWSAccessKeyId') : undefined);
  return accessKeyId
    ? { accessKeyId, account: accountOf(accessKeyId), region: DEFAULT_REGION, signingName: 's3' }
    : undefined;
}

const unscoped: CredentialScope = {
  accessKeyId: undefined,
  account: DEFAULT_ACCOUNT,
  region: DEFAULT_REGION,
  signingName: undefined,
};
