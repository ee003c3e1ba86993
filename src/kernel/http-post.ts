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
}

/**
 * Sends one request on a connection of its own and gives the answer's status; the answer's body is read and dropped.
 * Redirects are not followed.
 *
 * @throws when no answer comes: the connection fails, the limit has passed or the signal aborts
 */
export async function httpPost(clock: Clock, post: HttpPost, signal: AbortSignal): Promise<number> {
  const ending = new AbortController();
  const give = AbortSignal.any([signal, ending.signal]);
  let isLate = false;
  void clock.sleep(post.limit, ending.signal).then(() => {
    isLate = !ending.signal.aborted;
    ending.abort();
  });
  try {
    return await exchange(post, give);
  } catch (cause) {
    if (isLate) throw new Error(`no answer came within ${post.limit / 1000} seconds`, { cause });
    throw cause;
  } finally {
    ending.abort();
  }
}

function exchange({ url, method = 'POST', headers, body }: HttpPost, signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const target = new URL(url);
    const send = target.protocol === 'https:' ? requestHttps : requestHttp;
    const bytes = Buffer.from(body);
    const options = { method, agent: false, signal, headers: { ...headers, 'content-length': bytes.length } };
    const request = send(target, options, (answer) => {
      answer.on('error', reject);
      answer.on('end', () => resolve(answer.statusCode ?? 0));
      answer.resume();
    });
    request.on('error', reject);
    request.end(bytes);
  });
}
