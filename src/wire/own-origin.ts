import { ApiError } from './api-error.ts';
import type { WireRequest } from './request.ts';

/**
 * Refuses what a web page sends through the browser of someone who runs Teal.
 *
 * A page may post a form, or load a URL, at a loopback address without asking. It cannot set `Authorization` without a
 * preflight, which Teal never grants, so a request that has one comes from a real client.
 *
 * @throws {ApiError} 403
 */
export function requireOwnOrigin({ headers }: WireRequest): void {
  const site = headers['sec-fetch-site'];
  const fromPage = headers['origin'] !== undefined || (site !== undefined && site !== 'same-origin' && site !== 'none');
  if (!fromPage || headers['authorization'] !== undefined) return;
  throw new ApiError('MissingAuthenticationToken', 'A web page may not call Teal without signing its request.', 403);
}
