import { ApiError } from '../api-error.ts';
import type { WireRequest } from '../request.ts';
import type { BodyStream } from '../types.ts';
import { AwsChunkedDecoder } from './aws-chunked.ts';

export const isAwsChunked = ({ headers }: WireRequest): boolean =>
  /(^|,)\s*aws-chunked\s*(,|$)/i.test(headers['content-encoding'] ?? '') ||
  (headers['x-amz-content-sha256'] ?? '').startsWith('STREAMING-');

/** Bytes of the body as its sender meant it; `undefined` when nothing says so. */
export function bodyLength(request: WireRequest): number | undefined {
  const { headers } = request;
  const text =
    (isAwsChunked(request) ? headers['x-amz-decoded-content-length'] : undefined) ?? headers['content-length'];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** The body as it comes. It throws `IncompleteBody` when it ends early, and `RequestTimeout` when the client goes. */
export function bodyStream(request: WireRequest): BodyStream {
  const decoder = isAwsChunked(request) ? new AwsChunkedDecoder() : undefined;
  return {
    announced: (request.headers['x-amz-trailer'] ?? '').split(',').map((name) => name.trim().toLowerCase()),
    trailers: () => decoder?.trailers ?? {},
    async *[Symbol.asyncIterator]() {
      for await (const bytes of arriving(request)) {
        if (decoder) yield* decoder.feed(bytes);
        else yield bytes;
      }
      decoder?.end();
    },
  };
}

async function* arriving(request: WireRequest): AsyncGenerator<Uint8Array> {
  try {
    yield* request.stream();
  } catch (cause) {
    if (cause instanceof ApiError) throw cause;
    throw new ApiError('RequestTimeout', 'The request body did not arrive whole');
  }
}

/** The same for a body that is there already. @throws {ApiError} `IncompleteBody` */
export function wholeBody(request: WireRequest, body: Uint8Array): Uint8Array {
  if (!isAwsChunked(request)) return body;
  const decoder = new AwsChunkedDecoder();
  const parts = [...decoder.feed(body)];
  decoder.end();
  return Buffer.concat(parts);
}
