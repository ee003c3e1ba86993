import { NumericValue } from '@smithy/core/serde';
import { kindOf, timestampFormOf, type Shape } from '../schema.ts';

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const NOT_FINITE = new Set(['NaN', 'Infinity', '-Infinity']);
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** Reads a plain value from the text of a parameter, a label or a header; `undefined` when it has the wrong form. */
export function readText(shape: Shape, text: string): unknown {
  switch (kindOf(shape)) {
    case 'string':
      return text;
    case 'boolean':
      return /^(true|false)$/i.test(text) ? text.toLowerCase() === 'true' : undefined;
    case 'number':
      return NUMBER.test(text) || NOT_FINITE.has(text) ? Number(text) : undefined;
    case 'timestamp':
      return readInstant(text);
    case 'blob':
      return BASE64.test(text) ? new Uint8Array(Buffer.from(text, 'base64')) : undefined;
    case 'bigInteger':
      return /^-?\d+$/.test(text) ? BigInt(text) : undefined;
    case 'bigDecimal':
      return NUMBER.test(text) ? new NumericValue(text, 'bigDecimal') : undefined;
    case 'structure':
    case 'list':
    case 'map':
    case 'document':
    case 'unit':
      return undefined;
  }
}

/** ISO 8601 or an HTTP date; old clients send epoch seconds. */
function readInstant(text: string): Date | undefined {
  const read = NUMBER.test(text) ? new Date(Math.round(Number(text) * 1000)) : new Date(text);
  return Number.isNaN(read.getTime()) ? undefined : read;
}

/** Writes a plain value for a header. */
export function writeText(shape: Shape, value: unknown): string {
  if (value instanceof Date) {
    return timestampFormOf(shape) === 'date-time' ? value.toISOString() : value.toUTCString();
  }
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : String(value);
}
