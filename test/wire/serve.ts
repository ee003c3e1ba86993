import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { silentLogger, type Logger } from '../../src/kernel/logger.ts';
import { createWire } from '../../src/wire/dispatch.ts';
import { httpListener } from '../../src/wire/http.ts';
import type { AnyActions, Service, ServiceName } from '../../src/wire/types.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** A wire behind a real HTTP server; `await using` ends it. */
export interface Served extends AsyncDisposable {
  readonly url: string;
  ask(path: string, init: RequestInit): Promise<Answer>;
}

/** A service that only has actions, and validates as AWS would. */
export const service = (name: ServiceName, actions: AnyActions, extra: Partial<Service> = {}): Service => ({
  name,
  actions,
  start: async () => undefined,
  close: async () => undefined,
  ...extra,
});

interface ServeOptions {
  readonly maxBodyBytes?: number;
  readonly logger?: Logger;
}

export async function serve(services: readonly Service[], options: ServeOptions = {}): Promise<Served> {
  const wire = createWire({ services, logger: silentLogger(), ...options });
  const server = createServer(httpListener(wire));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    async ask(path, init) {
      const response = await fetch(`${url}${path}`, init);
      return { status: response.status, headers: response.headers, text: await response.text() };
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The scope part of a signature, which is all that the wire reads of it. */
export const signedFor = (signingName: string, accessKeyId = 'AKIDEXAMPLE', region = 'eu-west-1') => ({
  authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20260101/${region}/${signingName}/aws4_request, SignedHeaders=host, Signature=0`,
});

/** A POST as an awsJson 1.1 client makes it. */
export const json = (target: string, body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'x-amz-target': target, 'content-type': 'application/x-amz-json-1.1', ...headers },
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

/** A POST as a query client makes it. */
export const form = (body: string, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8', ...headers },
  body,
});
