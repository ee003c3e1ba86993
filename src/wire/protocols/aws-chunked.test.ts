import { expect, it } from 'vitest';
import { AwsChunkedDecoder } from './aws-chunked.ts';

const SIGNED =
  '5;chunk-signature=ab\r\nhello\r\n6;chunk-signature=cd\r\n\r\n0\r\nx\r\n0;chunk-signature=ef\r\nx-amz-checksum-crc32:AAAA==\r\nother: a:b \r\n\r\n';

function decode(text: string, size: number) {
  const decoder = new AwsChunkedDecoder();
  const bytes = Buffer.from(text);
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) parts.push(...decoder.feed(bytes.subarray(at, at + size)));
  decoder.end();
  return { text: Buffer.concat(parts).toString(), trailers: decoder.trailers };
}

it.each([1, 2, 3, 7, 1000])('takes the frames off however they are cut, here every %i bytes', (size) => {
  expect(decode(SIGNED, size)).toEqual({
    text: 'hello\r\n0\r\nx',
    trailers: { 'x-amz-checksum-crc32': 'AAAA==', other: 'a:b' },
  });
});

it('ends with the last chunk when nothing follows it', () => {
  expect(decode('1\r\na\r\n0\r\n', 4).text).toBe('a');
});

it.each([
  ['without a last chunk', '5\r\nhello\r\n'],
  ['cut in a chunk', '5\r\nhel'],
  ['cut in its trailers', '0\r\nname: val'],
  ['without a size', 'zz\r\nhello'],
  ['with a chunk that is longer than its size', '2\r\nhello\r\n0\r\n\r\n'],
  ['with a line that has no end', 'a'.repeat(5000)],
])('refuses a body %s', (_what, text) => {
  expect(() => decode(text, 1000)).toThrow('The request body terminated unexpectedly');
});
