import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { MAX_RESPONSE_BYTES } from './error-payload.ts';

/** One event for a function, as the Runtime API hands it over. */
export interface RuntimeEvent {
  readonly requestId: string;
  readonly payload: string;
  readonly arn: string;
  readonly traceId: string;
  /** JSON text. */
  readonly clientContext?: string;
  /** Epoch milliseconds, asked when the event is handed over. */
  readonly deadlineAt: () => number;
}

export type Answer =
  | { readonly kind: 'response'; readonly body: string }
  | { readonly kind: 'error'; readonly body: string }
  | { readonly kind: 'too-large' };

/** Told what the function's process says. */
export interface RuntimeListener {
  delivered(event: RuntimeEvent): void;
  /** Once for each event. */
  answered(answer: Answer): void;
  initFailed(body: string): void;
}

export interface RuntimeApi {
  /** On this machine's loopback; `AWS_LAMBDA_RUNTIME_API` names it. */
  readonly port: number;
  /** Hands the event over as soon as the process asks for one. */
  offer(event: RuntimeEvent): void;
  close(): void;
}

const ROOT = '/2018-06-01/runtime';
/** A process needs one; this keeps a mad one from using up Teal's sockets. */
const MAX_CONNECTIONS = 32;

/**
 * Serves the Lambda Runtime API to one process, on a loopback port of its own. Source: Lambda developer guide, custom
 * runtime API; its errors as Lambda's runtime interface emulator words them.
 *
 * Not served: extensions, telemetry; a streamed response is given to the caller when it is whole.
 */
export async function startRuntimeApi(listener: RuntimeListener): Promise<RuntimeApi> {
  let offered: RuntimeEvent | undefined;
  let asking: ServerResponse | undefined;
  /** The event that was handed over and not answered. */
  let open: string | undefined;
  let isInitialised = false;

  const handOver = () => {
    if (!offered || !asking) return;
    const event = offered;
    asking.writeHead(200, eventHeaders(event)).end(event.payload);
    open = event.requestId;
    offered = asking = undefined;
    listener.delivered(event);
  };

  const next = (response: ServerResponse) => {
    isInitialised = true;
    asking?.destroy();
    asking = response;
    response.on('close', () => {
      if (asking === response) asking = undefined;
    });
    handOver();
  };

  const answer = async (request: IncomingMessage, response: ServerResponse, requestId: string, isError: boolean) => {
    const body = await readBounded(request);
    if (requestId !== open) return refuse(response, 400, 'InvalidRequestID', 'Invalid request ID');
    open = undefined;
    if (body === undefined) refuseSize(response);
    else accept(response);
    listener.answered(asAnswer(isError, body, errorTypeOf(request)));
  };

  const initError = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await readBounded(request);
    if (isInitialised) {
      const message =
        'State transition from Ready to InitError failed for runtime. Error: State transition is not allowed';
      return refuse(response, 403, 'InvalidStateTransition', message);
    }
    accept(response);
    listener.initFailed(body || unknownError(errorTypeOf(request)));
  };

  const route = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url ?? '';
    if (request.method === 'GET' && path === `${ROOT}/invocation/next`) return next(response);
    const [, requestId, kind] = /^\/2018-06-01\/runtime\/invocation\/([^/]+)\/(response|error)$/.exec(path) ?? [];
    if (request.method === 'POST' && requestId) return answer(request, response, requestId, kind === 'error');
    if (request.method === 'POST' && path === `${ROOT}/init/error`) return initError(request, response);
    refuse(response, 404, 'NotFound', `no such path: ${request.method ?? ''} ${path}`);
  };

  const server = createServer((request, response) => {
    route(request, response).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 0; // a process may be busy for minutes between two requests on one connection
  server.requestTimeout = 0; // a response may be streamed until the function's own time is up
  server.maxConnections = MAX_CONNECTIONS;
  await listen(server);
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    offer(event) {
      offered = event;
      handOver();
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

const listen = (server: Server): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });

const eventHeaders = (event: RuntimeEvent): Record<string, string> => ({
  'content-type': 'application/json',
  'Lambda-Runtime-Aws-Request-Id': event.requestId,
  'Lambda-Runtime-Deadline-Ms': String(event.deadlineAt()),
  'Lambda-Runtime-Invoked-Function-Arn': event.arn,
  'Lambda-Runtime-Trace-Id': event.traceId,
  ...(event.clientContext === undefined ? {} : { 'Lambda-Runtime-Client-Context': asciiJson(event.clientContext) }),
});

/** The same JSON in characters that a header can carry. */
const asciiJson = (json: string): string =>
  JSON.stringify(JSON.parse(json)).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

const errorTypeOf = ({ headers }: IncomingMessage): string => {
  const given = headers['lambda-runtime-function-error-type'];
  return typeof given === 'string' ? given : 'Runtime.Unknown';
};

const unknownError = (errorType: string): string =>
  JSON.stringify({ errorType, errorMessage: 'Unknown application error' });

function asAnswer(isError: boolean, body: string | undefined, errorType: string): Answer {
  if (body === undefined) return { kind: 'too-large' };
  return isError ? { kind: 'error', body: body || unknownError(errorType) } : { kind: 'response', body };
}

const accept = (response: ServerResponse): void => send(response, 202, { status: 'OK' });

const refuse = (response: ServerResponse, status: number, errorType: string, errorMessage: string): void =>
  send(response, status, { errorMessage, errorType });

const refuseSize = (response: ServerResponse): void =>
  refuse(
    response,
    413,
    'RequestEntityTooLarge',
    `Exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`,
  );

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** Reads all of it but keeps no more than Lambda allows; `undefined` when it was more. */
async function readBounded(request: IncomingMessage): Promise<string | undefined> {
  let size = 0;
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MAX_RESPONSE_BYTES) chunks.push(chunk);
    else chunks.length = 0;
  }
  return size > MAX_RESPONSE_BYTES ? undefined : Buffer.concat(chunks).toString();
}
