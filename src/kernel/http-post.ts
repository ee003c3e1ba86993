import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Clock } from './clock.ts';
import type { Millis } from './span.ts';

export interface HttpPost {
  /** `http:` or `https:`. */
  readonly url: string;
  /** By default POST. */
  readonly method?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Real time for the whole exchange. */
  readonly limit: Millis;
  /** Real time until the connection stands, TLS included; by default as long as the whole. */
  readonly connectLimit?: Millis;
  /** How many bytes of the answer's body are given back; by default none. */
  readonly keep?: number;
}

export interface HttpAnswer {
  readonly status: number;
  /** The first bytes of the body, as UTF-8. */
  readonly text: string;
}

/**
 * Sends one request on a connection of its own and gives the answer's status; the answer's body is read and dropped.
 * Redirects are not followed.
 *
 * @throws when no answer comes: the connection fails, a limit has passed or the signal aborts
 */
export const httpPost = async (clock: Clock, post: HttpPost, signal: AbortSignal): Promise<number> =>
  (await httpExchange(clock, post, signal)).status;

/** As `httpPost`, with the beginning of the answer's body. */
export async function httpExchange(clock: Clock, post: HttpPost, signal: AbortSignal): Promise<HttpAnswer> {
  const ending = new AbortController();
  const connected = new AbortController();
  let late: string | undefined;
  const endAfter = async (limit: Millis, until: AbortSignal, what: string): Promise<void> => {
    await clock.sleep(limit, until);
    if (until.aborted) return;
    late = `${what} within ${limit / 1000} seconds`;
    ending.abort();
  };
  void endAfter(post.limit, ending.signal, 'no answer came');
  if (post.connectLimit !== undefined)
    void endAfter(post.connectLimit, AbortSignal.any([ending.signal, connected.signal]), 'no connection was made');
  try {
    return await exchange(post, AbortSignal.any([signal, ending.signal]), () => connected.abort());
  } catch (cause) {
    if (late !== undefined) throw new Error(late, { cause });
    throw cause;
  } finally {
    ending.abort();
  }
}

function exchange(post: HttpPost, signal: AbortSignal, onConnect: () => void): Promise<HttpAnswer> {
  const { url, method = 'POST', headers, body, keep = 0 } = post;
  return new Promise((resolve, reject) => {
    const target = new URL(url);
    const isSecure = target.protocol === 'https:';
    const send = isSecure ? requestHttps : requestHttp;
    const bytes = Buffer.from(body);
    const options = { method, agent: false, signal, headers: { ...headers, 'content-length': bytes.length } };
    const request = send(target, options, (answer) => {
      let head = Buffer.alloc(0);
      answer.on('error', reject);
      answer.on('data', (chunk: Buffer) => {
        if (head.length < keep) head = Buffer.concat([head, chunk]).subarray(0, keep);
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text: head.toString() }));
    });
    request.on('socket', (socket) => socket.once(isSecure ? 'secureConnect' : 'connect', onConnect));
    request.on('error', reject);
    request.end(bytes);
  });
}
