import { type HookAccepted, type HookCall, PortError, type PortFault } from '../engine/ports.ts';
import type { Clock } from '../kernel/clock.ts';
import { httpExchange, type HttpAnswer } from '../kernel/http-post.ts';
import type { Scope } from '../kernel/scope.ts';
import { seconds } from '../kernel/span.ts';
import { version } from '../kernel/version.ts';
import { hookPayload } from './hook-payload.ts';
import { messageId, signatureHeaders } from './webhook-signature.ts';

export interface WebhookDeps {
  readonly clock: Clock;
  /** Where the result is to be reported: the URL of Teal's API. */
  readonly endpoint: () => string;
  /** What signs: `whsec_…`. */
  readonly secret: (scope: Scope) => Promise<string>;
}

/** Real spans. The answer says that the work was taken on, not that it is done. */
const CONNECT_LIMIT = seconds(5);
const ANSWER_LIMIT = seconds(10);
/** Bytes of an answer that are kept for people. */
const SHOWN_BYTES = 1024;

/** Posts a hook to an endpoint; every attempt of one execution carries the same `webhook-id`. */
export async function postWebhook(
  { clock, endpoint, secret }: WebhookDeps,
  scope: Scope,
  call: HookCall,
  signal: AbortSignal,
): Promise<HookAccepted> {
  const body = hookPayload(call);
  const timestamp = Math.floor(clock.now().getTime() / 1000);
  const headers = {
    'content-type': 'application/json',
    'user-agent': `Teal/${version()}`,
    ...signatureHeaders(await secret(scope), { id: messageId(call.executionId), timestamp, body }),
    'teal-endpoint': endpoint(),
    'teal-account': scope.account,
    'teal-region': scope.region,
  };
  const limits = { connectLimit: CONNECT_LIMIT, limit: ANSWER_LIMIT, keep: SHOWN_BYTES };
  const answer = await httpExchange(clock, { url: call.target, headers, body, ...limits }, signal).catch(
    (cause: unknown) => Promise.reject(unanswered(call.target, cause)),
  );
  if (answer.status >= 200 && answer.status < 300) return { answer: wordsOf(answer) };
  throw refusal(call.target, answer);
}

function refusal(url: string, answer: HttpAnswer): PortError {
  const isRedirect = answer.status >= 300 && answer.status < 400;
  const more = isRedirect ? '; redirects are not followed' : '';
  const message = `The endpoint ${url} answered ${answer.status}${more}.`;
  return new PortError(faultOf(answer.status), message, { answer: wordsOf(answer) });
}

/** Whether another attempt may help: at 408, 429 and every 5xx. */
function faultOf(status: number): PortFault {
  if (status === 429) return 'throttled';
  return status === 408 || status >= 500 ? 'unavailable' : 'refused';
}

/** A certificate that is not trusted does not become so by asking again. */
function unanswered(url: string, cause: unknown): PortError {
  const { code = '', message } = readError(cause);
  const isDistrust = /CERT|ISSUER|LEAF_SIGNATURE/.test(code);
  const why = isDistrust ? `its certificate is not trusted (${code}: ${message})` : message;
  return new PortError(isDistrust ? 'refused' : 'unavailable', `The endpoint ${url} was not reached: ${why}.`, {
    cause,
  });
}

/** Node gives an AggregateError without words when every address of a host refuses. */
function readError(cause: unknown): { readonly code?: string; readonly message: string } {
  if (!(cause instanceof Error)) return { message: String(cause) };
  const code = 'code' in cause ? String(cause.code) : undefined;
  return { ...(code !== undefined && { code }), message: cause.message || code || cause.name };
}

/** The status, and below it the first bytes of the body. */
const wordsOf = ({ status, text }: HttpAnswer): string => `HTTP ${status}${text === '' ? '' : `\n${text}`}`;
