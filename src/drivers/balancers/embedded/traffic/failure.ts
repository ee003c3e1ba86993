import type { Failure, RequestHead, TargetStream } from './messages.ts';

const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

/** Whether sending the request twice does what sending it once does, as far as HTTP says. */
export const isRepeatable = (head: RequestHead): boolean =>
  head.body === 'none' && !head.wantsWebSocket && IDEMPOTENT.has(head.method);

/** Nothing was sent, so any target may be asked next. */
export const neverSent = (why: Failure): boolean => why === 'connect' || why === 'connect-timeout';

/** The target had closed the connection while it lay idle, so the same target may be asked again. */
export const wasStale = (why: Failure, stream: TargetStream | undefined, head: RequestHead): boolean =>
  why === 'closed' && stream?.reused === true && !stream.answered && isRepeatable(head);

/** What the client is told. @param clientToBlame - it was the client's body that did not come. Source: platform.md 11.3. */
export function statusOf(why: Failure, clientToBlame: boolean): number {
  if (why === 'connect-timeout' || why === 'short') return 504;
  if (why !== 'timeout') return 502;
  return clientToBlame ? 408 : 504;
}
