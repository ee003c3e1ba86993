import { cbor } from '@smithy/core/cbor';
import { ApiError } from '../api-error.ts';
import { kindOf, type Shape } from '../schema.ts';
import { checkCbor } from './cbor-check.ts';
import { jsonScalar, mismatch, type Read } from './json-reader.ts';

/** Parses a body; an empty one is an empty structure. @throws {ApiError} `SerializationException` */
export function parseCbor(body: Uint8Array): unknown {
  if (body.byteLength === 0) return {};
  try {
    checkCbor(body);
    return cbor.deserialize(body);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.slice(0, 200) : 'it is not CBOR';
    throw new ApiError('SerializationException', `Could not parse request body into CBOR: ${reason}`);
  }
}

/** Reads scalars as CBOR carries them: bytes as bytes, instants behind tag 1, long integers as `bigint`. */
export function cborScalar(shape: Shape): Read {
  switch (kindOf(shape)) {
    case 'number':
      return (raw) => {
        if (typeof raw === 'number' || typeof raw === 'bigint') return Number(raw);
        throw mismatch('Number', raw);
      };
    case 'timestamp':
      return readInstant;
    case 'blob':
      return (raw) => {
        if (raw instanceof Uint8Array) return new Uint8Array(raw);
        throw mismatch('Blob', raw);
      };
    default:
      return jsonScalar(shape);
  }
}

/** Epoch seconds behind tag 1, with or without a fraction. */
function readInstant(raw: unknown): Date {
  const held = typeof raw === 'object' && raw !== null && 'tag' in raw && 'value' in raw ? raw : undefined;
  const seconds = Number(held?.tag) === 1 ? held?.value : undefined;
  const read = typeof seconds === 'number' ? new Date(Math.round(seconds * 1000)) : undefined;
  if (!read || Number.isNaN(read.getTime())) throw mismatch('Timestamp', raw);
  return read;
}
