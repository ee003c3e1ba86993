import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { ApiError } from './api-error.ts';
import { BodyTooLarge, type WireRequest } from './request.ts';

const inflate = promisify(gunzip);

/**
 * Reads a request's body, inflated if it was compressed.
 *
 * @param atMost - bytes, counted as sent and again when inflated
 * @throws {ApiError} 413 when it is longer, 400 when it cannot be read
 */
export async function readBody(request: WireRequest, atMost: number): Promise<Uint8Array> {
  const sent = await take(request, atMost);
  const encoding = request.headers['content-encoding'] ?? '';
  if (!/(^|[\s,])gzip($|[\s,])/i.test(encoding)) return sent;
  try {
    return await inflate(sent, { maxOutputLength: Math.max(1, atMost) });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(atMost);
    throw new ApiError('SerializationException', 'The body could not be inflated as its Content-Encoding says');
  }
}

async function take(request: WireRequest, atMost: number): Promise<Uint8Array> {
  try {
    const bytes = await request.bytes(atMost);
    if (bytes.byteLength > atMost) throw tooLarge(atMost);
    return bytes;
  } catch (cause) {
    if (cause instanceof BodyTooLarge) throw tooLarge(atMost);
    if (cause instanceof ApiError) throw cause;
    throw new ApiError('RequestTimeout', 'The request body did not arrive whole');
  }
}

const tooLarge = (atMost: number): ApiError =>
  new ApiError('RequestEntityTooLargeException', `Request must be smaller than ${atMost} bytes`, 413);
