import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Scope } from '../kernel/scope.ts';
import type { Listener } from './http-server.ts';

export interface TaskQuestion {
  readonly method: 'GET' | 'PUT';
  readonly path: string;
  /** Of a PUT. */
  readonly body: string;
}

/** What the front asks of the Teal behind it. */
export interface Behind {
  readonly allowReset: boolean;
  /** The API of AWS; waits inside until Teal is ready. */
  readonly api: Listener;
  health(): Promise<unknown>;
  reset(): Promise<void>;
  /** What runs in a deployment now, for people who watch it; `undefined` when there is none. */
  deployment(scope: Scope, id: string): Promise<unknown>;
  /** What a task asks of itself; `undefined` for a path that is no such question. */
  task(question: TaskQuestion): Promise<{ readonly status: number; readonly body: unknown } | undefined>;
  /** Of the key that signs notifications, as PEM. */
  signingCertificate(): Promise<string>;
  /** What signs hooks that are endpoints, of one account and region. */
  webhookSecret(scope: Scope): Promise<string>;
  /** For Prometheus. */
  metrics(): Promise<string>;
}

/** Sends `/_teal/…` to Teal's own pages and everything else to the AWS API. */
export function front(behind: Behind): Listener {
  return (request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    if (isTaskQuestion(request.method, path)) return void answerTask(behind, path, request, response);
    if (!path.startsWith('/_teal/')) return behind.api(request, response);
    request.resume();
    own(behind, path, request, response).catch((cause: unknown) => answer(response, 500, { error: String(cause) }));
  };
}

/** The task metadata endpoint, versions 3 and 4, and credentials of task roles. */
const TASK_QUESTION = /^\/(?:v[34]|v2\/credentials)\/[^/]/;
/** What the ECS agent answers besides; so narrow, because S3 may have a bucket `api`. */
const AGENT_QUESTION = /^\/api\/\d{12}\.[a-z0-9-]+\.[0-9a-f]{32}-\d\/task-protection\/v1\/state\/?$/;

const isTaskQuestion = (method: string | undefined, path: string): boolean =>
  method === 'GET'
    ? TASK_QUESTION.test(path) || AGENT_QUESTION.test(path)
    : method === 'PUT' && AGENT_QUESTION.test(path);

async function answerTask(behind: Behind, path: string, request: IncomingMessage, response: ServerResponse) {
  try {
    const isPut = request.method === 'PUT';
    const body = isPut ? await readText(request) : '';
    const found = await behind.task({ method: isPut ? 'PUT' : 'GET', path, body });
    if (!found) return behind.api(request, response);
    request.resume();
    answer(response, found.status, found.body);
  } catch (cause) {
    answer(response, 500, { error: String(cause) });
  }
}

/** Longer than any such question; the rest of a longer one is not read. */
const MOST_TEXT = 64 * 1024;

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    if ((length += chunk.length) > MOST_TEXT) break;
  }
  return Buffer.concat(chunks).toString();
}

async function own(behind: Behind, path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (path === '/_teal/health' && request.method === 'GET') return answer(response, 200, await behind.health());
  if (path === '/_teal/reset' && request.method === 'POST') {
    if (!behind.allowReset)
      return answer(response, 403, { error: 'Reset is off. Start Teal with --allow-reset to turn it on.' });
    if (isFromBrowser(request)) return answer(response, 403, { error: 'A web page may not reset Teal.' });
    await behind.reset();
    return answer(response, 200, { reset: true });
  }
  const id = /^\/_teal\/deployments\/(d-[A-Z0-9]{9})$/.exec(path)?.[1];
  if (id && request.method === 'GET') {
    const found = await behind.deployment(scopeOf(request), id);
    return answer(
      response,
      found ? 200 : 404,
      found ?? { error: `There is no deployment ${id} in this account and region.` },
    );
  }
  if (path === '/_teal/sns/SimpleNotificationService.pem' && request.method === 'GET')
    return send(response, 200, 'application/x-pem-file', await behind.signingCertificate());
  if (path === '/_teal/webhooks/secret' && request.method === 'GET') return showSecret(behind, request, response);
  if (path === '/_teal/metrics' && request.method === 'GET')
    return send(response, 200, 'text/plain; version=0.0.4; charset=utf-8', await behind.metrics());
  answer(response, 404, {
    error: `Teal has no ${request.method} ${path}. It has GET /_teal/health, GET /_teal/metrics and POST /_teal/reset.`,
  });
}

async function showSecret(behind: Behind, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const scope = scopeOf(request);
  if (!isOwn(request))
    return answer(response, 403, {
      error: 'The secret is shown to programs on this machine that ask localhost or 127.0.0.1, not to web pages.',
    });
  if (!/^\d{12}$/.test(scope.account) || !/^[a-z0-9-]{1,32}$/.test(scope.region))
    return answer(response, 400, {
      error: 'The account must be twelve digits and the region a name such as us-east-1.',
    });
  response.setHeader('cache-control', 'no-store');
  answer(response, 200, { ...scope, secret: await behind.webhookSecret(scope) });
}

/** A page could also reach this address under a name of its own, which its owner lets point here. */
const isOwn = ({ headers }: IncomingMessage): boolean =>
  headers.origin === undefined &&
  [undefined, 'none', 'same-origin'].includes(headers['sec-fetch-site']?.toString()) &&
  /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(headers.host ?? '');

function scopeOf(request: IncomingMessage): Scope {
  const query = new URLSearchParams((request.url ?? '').split('?')[1]);
  return { account: query.get('account') ?? '000000000000', region: query.get('region') ?? 'us-east-1' };
}

/** A page of another origin could otherwise post here through the user's browser. */
const isFromBrowser = (request: IncomingMessage): boolean => request.headers.origin !== undefined;

function answer(response: ServerResponse, status: number, body: unknown): void {
  if (response.headersSent) return;
  send(response, status, 'application/json', `${JSON.stringify(body, null, 2)}\n`);
}

function send(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}
