import { ApiError } from './api-error.ts';
import type { CredentialScope } from './credential-scope.ts';
import type { Mounted } from './mounted.ts';
import type { Protocols } from './protocols/protocols.ts';
import type { Protocol } from './protocols/protocol.ts';
import { cborPath } from './protocols/rpc-cbor.ts';
import { refuseAsS3, refuseInCbor, type Refusal } from './protocols/refusal.ts';
import type { WireRequest } from './request.ts';

/** Who answers a request, and in which language: a mounted service, or a refusal with its reason. */
export type Choice =
  | { readonly mounted: Mounted; readonly protocol: Protocol }
  | { readonly refuse: ApiError; readonly in: Protocol | Refusal };

/** Finds the service of a form without a credential scope by its `Version`. */
type VersionOf = () => Promise<string | undefined>;

/**
 * Chooses service and protocol in the one order that never guesses wrong: CBOR header, `X-Amz-Target`, credential
 * scope, `Version` of a form, path. Source: platform.md §1.1.
 */
export async function choose(
  request: WireRequest,
  scope: CredentialScope,
  mounted: readonly Mounted[],
  protocols: Protocols,
  version: VersionOf,
): Promise<Choice> {
  const { headers } = request;
  const target = headers['x-amz-target'];
  if (isCbor(request)) return byCborPath(request, mounted, protocols);
  if (target !== undefined) return byTarget(target, protocols.jsonOf(request), mounted);
  if (scope.signingName !== undefined) return byScope(request, scope.signingName, mounted, protocols);
  if (isForm(request)) return byVersion(await version(), mounted, protocols);
  return byPath(request, mounted, protocols);
}

function byCborPath(request: WireRequest, mounted: readonly Mounted[], protocols: Protocols): Choice {
  const asked = cborPath(request.path);
  const found = asked && mounted.find(({ entry }) => entry.cbor?.service === asked.service);
  if (found) return { mounted: found, protocol: protocols.cbor };
  return refuse(`the CBOR protocol (${cut(request.path)})`, refuseInCbor);
}

function byTarget(target: string, json: Protocol, mounted: readonly Mounted[]): Choice {
  const prefix = target.slice(0, Math.max(0, target.lastIndexOf('.')));
  const found = mounted.find(({ entry }) => entry.targetPrefix === prefix);
  if (found) return { mounted: found, protocol: json };
  return refuse(`X-Amz-Target '${cut(target)}'`, json, 'UnknownOperationException');
}

function byScope(request: WireRequest, signingName: string, mounted: readonly Mounted[], protocols: Protocols): Choice {
  const found = mounted.find(({ entry }) => entry.signingName === signingName);
  if (found) return { mounted: found, protocol: protocols.of(found.entry, request) };
  const shown = `the service '${cut(signingName)}'`;
  if (signingName === 's3') return refuse(shown, refuseAsS3);
  if (isForm(request)) return refuse(shown, protocols.query, 'InvalidAction');
  return refuse(shown, protocols.rest);
}

function byVersion(version: string | undefined, mounted: readonly Mounted[], protocols: Protocols): Choice {
  const found = mounted.find(({ entry }) => entry.version === version && isQuery(entry.protocol));
  if (found) return { mounted: found, protocol: protocols.queryOf(found.entry) };
  return refuse(`a form with Version '${cut(version ?? '')}'`, protocols.query, 'InvalidAction');
}

/** Every path of Lambda, and no bucket by habit, begins with the date of an API version. */
function byPath(request: WireRequest, mounted: readonly Mounted[], protocols: Protocols): Choice {
  const rest = mounted.find(({ entry }) => entry.protocol === 'rest-json');
  if (rest && /^\/\d{4}-\d\d-\d\d\//.test(request.path)) return { mounted: rest, protocol: protocols.rest };
  const asked = `${cut(request.method)} ${cut(request.path)}`;
  if (/^\/v2(\/|$)/.test(request.path)) return refuse(`${asked}, which would be a container registry`, refuseAsS3);
  const s3 = mounted.find(({ entry }) => entry.protocol === 'rest-xml');
  if (s3) return { mounted: s3, protocol: protocols.of(s3.entry, request) };
  return refuse(`${asked}, which would be S3`, refuseAsS3);
}

export const isCbor = ({ headers }: WireRequest): boolean => headers['smithy-protocol'] === 'rpc-v2-cbor';

/** What is PUT is an object of S3, whatever type a client gives it. */
export const isForm = ({ method, headers, query }: WireRequest): boolean =>
  (method !== 'PUT' && (headers['content-type'] ?? '').toLowerCase().startsWith('application/x-www-form-urlencoded')) ||
  (method === 'GET' && query.has('Action'));

const isQuery = (protocol: string): boolean => protocol === 'aws-query' || protocol === 'ec2-query';

/** 400, not 501: SDKs would retry that. */
const refuse = (what: string, language: Protocol | Refusal, code = 'UnsupportedOperationException'): Choice => ({
  refuse: new ApiError(code, `Teal does not serve ${what} yet.`),
  in: language,
});

const cut = (text: string): string => (text.length > 200 ? `${text.slice(0, 200)}…` : text);
