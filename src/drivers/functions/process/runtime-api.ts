import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { MAX_RESPONSE_BYTES } from './error-payload.ts';

/** One event for a function, as the Runtime API hands it over. */
export interface RuntimeEvent {
  readonly requestId: string;
  readonly payload: string;
  readonly arn: string;
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
  answered(requestId: string, answer: Answer): void;
  initFailed(body: string): void;
}

export interface RuntimeApi {
  /** `host:port`, the value of `AWS_LAMBDA_RUNTIME_API`. */
  readonly address: string;
  /** Hands the event over as soon as the process asks for one. */
  offer(event: RuntimeEvent): void;
  close(): void;
}

const ROOT = '/2018-06-01/runtime';

/** Serves the Lambda Runtime API to one process, on a loopback port of its own. */
export async function startRuntimeApi(listener: RuntimeListener): Promise<RuntimeApi> {
  let offered: RuntimeEvent | undefined;
  let asking: ServerResponse | undefined;

  const handOver = () => {
    if (!offered || !asking) return;
    const event = offered;
    asking.writeHead(200, eventHeaders(event)).end(event.payload);
    offered = asking = undefined;
    listener.delivered(event);
  };

  const route = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url ?? '';
    if (request.method === 'GET' && path === `${ROOT}/invocation/next`) {
      asking?.destroy();
      asking = response;
      response.on('close', () => {
        if (asking === response) asking = undefined;
      });
      return handOver();
    }
    const [, requestId, kind] = /^\/2018-06-01\/runtime\/invocation\/([^/]+)\/(response|error)$/.exec(path) ?? [];
    const isInitError = path === `${ROOT}/init/error`;
    if (request.method !== 'POST' || (!requestId && !isInitError)) {
      return answer(response, 404, { errorType: 'NotFound', errorMessage: `no such path: ${path}` });
    }
    const body = await readBounded(request);
    answer(response, body === undefined ? 413 : 202, { status: body === undefined ? 'TooLarge' : 'OK' });
    if (isInitError) return listener.initFailed(body ?? '{}');
    listener.answered(requestId ?? '', asAnswer(kind, body));
  };

  const server = createServer((request, response) => {
    route(request, response).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 0; // a process may be busy for minutes between two requests on one connection
  await listen(server);
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    address: `127.0.0.1:${port}`,
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
  'Lambda-Runtime-Trace-Id': 'Root=1-00000000-000000000000000000000000;Sampled=0',
});

const asAnswer = (kind: string | undefined, body: string | undefined): Answer => {
  if (body === undefined) return { kind: 'too-large' };
  return { kind: kind === 'error' ? 'error' : 'response', body };
};

function answer(response: ServerResponse, status: number, body: unknown): void {
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
