/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const METHODS = ['GET', 'POST', 'POST', 'PUT', 'HEAD', 'OPTIONS', 'DELETE'];
const LINES = ['{} / HTTP/1.1', '{} /a?b=c HTTP/1.1', '{} / HTTP/1.1', '{} / HTTP/1.1', '{} / HTTP/1.0'];
const ODD_LINES = [
  '{}  / HTTP/1.1',
  '{} /\0 HTTP/1.1',
  '{} / HTTP/1.1 ',
  ' {} / HTTP/1.1',
  '{} / HTTP/1.2',
  '{} / http/1.1',
  '{} /',
];
const HEADERS = [
  'X-A: b',
  'X-A:b',
  'X-A: \t b \t',
  'X-Empty:',
  'Accept: */*',
  'X_A: c',
  'Cookie: a=b; c=d',
  'X-Latin: \xe9',
];
const ODD_HEADERS = [
  'X-A : b',
  ' X-A: b',
  'X-A: b\r\n folded',
  'X-A: b\0c',
  'X-A: b\rc',
  'X-A: b\nX-B: c',
  ': b',
  'X-A',
  'X A: b',
  'X-A: \x7f',
  'Host: b',
];
const LENGTHS = ['5', '5', '5', '0', '05', ' 5 ', '11', '3'];
const ODD_LENGTHS = ['+5', '-5', '5,5', '5, 6', '', '0x5', '5 5', '5.0', '1e1', '99999999999999999999999'];
const CODINGS = ['chunked', 'chunked', 'Chunked', ' chunked '];
const ODD_CODINGS = [
  'chunked, chunked',
  'gzip, chunked',
  'chunked, gzip',
  'xchunked',
  'chunked;q=1',
  '\x0bchunked',
  '',
  'gzip',
  '"chunked"',
  'chunked,',
];
const NAMES: readonly (readonly [string, string])[] = [
  ['Content-Length', 'Transfer-Encoding'],
  ['content-length', 'transfer-encoding'],
  ['CONTENT-LENGTH', 'TRANSFER-ENCODING'],
];
const CHUNKS = [
  '5\r\nhello\r\n',
  '5;a=b\r\nhello\r\n',
  '5;a="b c"\r\nhello\r\n',
  '00005\r\nhello\r\n',
  'A\r\n0123456789\r\n',
];
const ODD_CHUNKS = [
  '5 \r\nhello\r\n',
  ' 5\r\nhello\r\n',
  '5\nhello\r\n',
  '5\r\nhello\n',
  '5\r\nhelloX',
  '-5\r\nhello\r\n',
  '0x5\r\nhello\r\n',
  '5;\0\r\nhello\r\n',
  'FFFFFFFFFFFFFFFFF\r\nhello\r\n',
  '\r\n',
  '5\r\r\nhello\r\n',
];
const ENDS = ['0\r\n\r\n', '0\r\n\r\n', '0;a\r\n\r\n', '000\r\n\r\n', '0\r\nX-T: a\r\n\r\n'];
const ODD_ENDS = ['0\r\n\n', '0\n\r\n', '0\r\n X: a\r\n\r\n', '0\r\nX : a\r\n\r\n', '0 \r\n\r\n'];
/** No part of them is the beginning of a method, of which node knows only its own. */
const BODIES = ['h(l(o', 'h(l(o', 'h(l(o wor(d'];
const NEXT = 'GET /next HTTP/1.1\r\nHost: next\r\n\r\n';

/** One thing in so many is odd. */
const ODDNESS = 8;

/**
 * Requests of which most have something in them that a careless reader takes for something else.
 *
 * Left out is what RFC 9112 allows and node refuses: the same length twice, and a tab behind a length or a coding.
 */
export function generateRequests(seed: number, count: number): readonly string[] {
  const random = randomFrom(seed);
  const pick = <Item>(items: readonly Item[]): Item => {
    const item = items[Math.floor(random() * items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  };
  const either = (plain: readonly string[], odd: readonly string[]) => pick(random() * ODDNESS < 1 ? odd : plain);
  const lineEnd = () => (random() * 60 < 1 ? pick(['\n', '\r', '\r\r\n', '\n\r']) : '\r\n');
  const chunks = () =>
    Array.from({ length: Math.floor(random() * 3) }, () => either(CHUNKS, ODD_CHUNKS)).join('') +
    either(ENDS, ODD_ENDS);
  const framing = (): readonly string[] => {
    const [lengthName, codingName] = pick(NAMES);
    const length = () => `${lengthName}: ${either(LENGTHS, ODD_LENGTHS)}`;
    const coding = () => `${codingName}: ${either(CODINGS, ODD_CODINGS)}`;
    return pick([
      [],
      [length()],
      [length()],
      [coding()],
      [coding()],
      [length(), `${lengthName}: 7`],
      [length(), coding()],
      [coding(), coding()],
    ]);
  };
  const one = () => {
    const fields = Array.from({ length: Math.floor(random() * 3) }, () => either(HEADERS, ODD_HEADERS));
    const framed = framing();
    const lines = ['Host: a', ...fields, ...framed].sort(() => random() - 0.5);
    const line = either(LINES, ODD_LINES).replace('{}', pick(METHODS));
    const head = [line, ...lines].map((text) => text + lineEnd()).join('') + lineEnd();
    const body = framed.length === 0 ? '' : pick([chunks(), ...BODIES]);
    return head + body + NEXT;
  };
  return Array.from({ length: count }, one);
}
