import { ApiError } from '../../wire/api-error.ts';

/** First and last byte, both included. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/**
 * Reads a Range header; `undefined` stands for the whole, which is also the answer to several ranges and to nonsense.
 *
 * @throws `InvalidRange` when nothing of it is in the object
 */
export function byteRange(text: string | undefined, size: number): ByteRange | undefined {
  const [, first = '', last = ''] = /^bytes=\s*(\d*)-(\d*)\s*$/.exec(text ?? '') ?? [];
  if (text === undefined || (first === '' && last === '')) return undefined;
  if (first === '') {
    const length = Number(last);
    if (length === 0 || size === 0) throw unsatisfiable(text, size);
    return { from: Math.max(0, size - length), to: size - 1 };
  }
  const from = Number(first);
  if (last !== '' && Number(last) < from) return undefined;
  if (from >= size) throw unsatisfiable(text, size);
  return { from, to: last === '' ? size - 1 : Math.min(Number(last), size - 1) };
}

const unsatisfiable = (text: string, size: number): ApiError =>
  new ApiError('InvalidRange', 'The requested range is not satisfiable', 416, {
    details: { RangeRequested: text, ActualObjectSize: String(size) },
    headers: { 'content-range': `bytes */${size}` },
  });
