import { describe, expect, it } from 'vitest';
import { parseRequest } from './request-parser.ts';

const GOOD = 'GET / HTTP/1.1\r\nHost: a';
const parse = (text: string) => parseRequest(text, false);
const accepted = (text: string) => {
  const head = parse(text);
  if (typeof head === 'number') throw new Error(`refused with ${head}`);
  return head;
};

/** One line of a head, and the status it is refused with. */
const HOSTILE: readonly (readonly [what: string, head: string, status: number])[] = [
  ['nothing', '', 400],
  ['no version', 'GET /\r\nHost: a', 400],
  ['two spaces before the target', 'GET  / HTTP/1.1\r\nHost: a', 400],
  ['two spaces before the version', 'GET /  HTTP/1.1\r\nHost: a', 400],
  ['a space in the target', 'GET /a b HTTP/1.1\r\nHost: a', 400],
  ['a tab for a space', 'GET\t/ HTTP/1.1\r\nHost: a', 400],
  ['a space before the method', ' GET / HTTP/1.1\r\nHost: a', 400],
  ['a space behind the version', 'GET / HTTP/1.1 \r\nHost: a', 400],
  ['a method that is no token', 'G(T / HTTP/1.1\r\nHost: a', 400],
  ['NUL in the target', 'GET /\0 HTTP/1.1\r\nHost: a', 400],
  ['DEL in the target', 'GET /\x7f HTTP/1.1\r\nHost: a', 400],
  ['a version in lower case', 'GET / http/1.1\r\nHost: a', 400],
  ['HTTP/2.0', 'PRI * HTTP/2.0', 505],
  ['HTTP/1.2', 'GET / HTTP/1.2\r\nHost: a', 505],
  ['HTTP/1.10', 'GET / HTTP/1.10\r\nHost: a', 400],
  ['a target without a slash', 'GET a HTTP/1.1\r\nHost: a', 400],
  ['a star with GET', 'GET * HTTP/1.1\r\nHost: a', 400],
  ['another host in the target', 'GET http://b/ HTTP/1.1\r\nHost: a', 400],
  ['a user in the target', 'GET http://u@a/ HTTP/1.1\r\nHost: a', 400],
  ['another scheme in the target', 'GET https://a/ HTTP/1.1\r\nHost: a', 400],
  ['TRACE', 'TRACE / HTTP/1.1\r\nHost: a', 405],
  ['CONNECT', 'CONNECT a:1 HTTP/1.1\r\nHost: a', 405],
  ['a long request line', `GET /${'a'.repeat(17_000)} HTTP/1.1\r\nHost: a`, 414],
  ['a long header', `${GOOD}\r\nX: ${'a'.repeat(17_000)}`, 400],
  ['no Host', 'GET / HTTP/1.1', 400],
  ['two Hosts', `${GOOD}\r\nHost: a`, 400],
  ['two Hosts in HTTP/1.0', 'GET / HTTP/1.0\r\nHost: a\r\nHost: a', 400],
  ['a Host with a path', 'GET / HTTP/1.1\r\nHost: a/b', 400],
  ['a Host with a user', 'GET / HTTP/1.1\r\nHost: u@a', 400],
  ['a Host with a space', 'GET / HTTP/1.1\r\nHost: a b', 400],
  ['a Host with a port that is none', 'GET / HTTP/1.1\r\nHost: a:b', 400],
  ['a folded header', `${GOOD}\r\nX: a\r\n b`, 400],
  ['a folded first header', 'GET / HTTP/1.1\r\n Host: a', 400],
  ['a space before the colon', `${GOOD}\r\nX : a`, 400],
  ['a header without a name', `${GOOD}\r\n: a`, 400],
  ['a header without a colon', `${GOOD}\r\nX`, 400],
  ['a name that is no token', `${GOOD}\r\nX@Y: a`, 400],
  ['a name beyond ASCII', `${GOOD}\r\nX\xe9: a`, 400],
  ['NUL in a value', `${GOOD}\r\nX: a\0b`, 400],
  ['a bare CR in a value', `${GOOD}\r\nX: a\rb`, 400],
  ['a bare LF in a value', `${GOOD}\r\nX: a\nY: b`, 400],
  ['a bare LF behind the request line', 'GET / HTTP/1.1\nHost: a', 400],
  ['a vertical tab in a value', `${GOOD}\r\nX: a\x0bb`, 400],
  ['a length that is none', `${GOOD}\r\nContent-Length: abc`, 400],
  ['an empty length', `${GOOD}\r\nContent-Length:`, 400],
  ['a signed length', `${GOOD}\r\nContent-Length: +5`, 400],
  ['a negative length', `${GOOD}\r\nContent-Length: -5`, 400],
  ['a hexadecimal length', `${GOOD}\r\nContent-Length: 0x5`, 400],
  ['a length with a fraction', `${GOOD}\r\nContent-Length: 5.0`, 400],
  ['a list of lengths', `${GOOD}\r\nContent-Length: 5, 5`, 400],
  ['a length beyond all numbers', `${GOOD}\r\nContent-Length: 99999999999999999999`, 400],
  ['two different lengths', `${GOOD}\r\nContent-Length: 5\r\nContent-Length: 6`, 400],
  ['a length beside chunks', `${GOOD}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked`, 400],
  ['chunks beside a length', `${GOOD}\r\nTransfer-Encoding: chunked\r\nContent-Length: 5`, 400],
  ['identity beside a length', `${GOOD}\r\nTransfer-Encoding: identity\r\nContent-Length: 5`, 400],
  ['chunks in HTTP/1.0', 'POST / HTTP/1.0\r\nTransfer-Encoding: chunked', 400],
  ['chunked twice', `${GOOD}\r\nTransfer-Encoding: chunked, chunked`, 400],
  ['chunked in two headers', `${GOOD}\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked`, 400],
  ['identity behind chunked', `${GOOD}\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity`, 400],
  ['chunked, but not last', `${GOOD}\r\nTransfer-Encoding: chunked, gzip`, 400],
  ['almost chunked', `${GOOD}\r\nTransfer-Encoding: xchunked`, 400],
  ['chunked in quotes', `${GOOD}\r\nTransfer-Encoding: "chunked"`, 400],
  ['no coding', `${GOOD}\r\nTransfer-Encoding:`, 400],
  ['an unknown coding', `${GOOD}\r\nTransfer-Encoding: gzip`, 501],
  ['a coding below chunked', `${GOOD}\r\nTransfer-Encoding: gzip, chunked`, 501],
  ['the other dash in Transfer-Encoding', `${GOOD}\r\nTransfer_Encoding: chunked`, 400],
  ['the other dash in Content-Length', `${GOOD}\r\nContent_Length: 5`, 400],
  ['a WebSocket with a body', `${GOOD}\r\nConnection: upgrade\r\nUpgrade: websocket\r\nContent-Length: 5`, 400],
];

describe('parseRequest', () => {
  it.each(HOSTILE)('refuses %s', (_, head, status) => {
    expect(parse(head)).toBe(status);
  });

  it('takes a request apart', () => {
    const head = accepted('POST /a/b?c=d?e HTTP/1.1\r\nHost: Web.Test:80\r\nContent-Length: 12\r\nX-A:\t a b \t');

    expect(head).toMatchObject({ method: 'POST', target: '/a/b?c=d?e', path: '/a/b', query: 'c=d?e', version: '1.1' });
    expect(head).toMatchObject({ authority: 'Web.Test:80', host: 'web.test', body: 'length', contentLength: 12 });
    expect(head.headers).toEqual(['Host', 'Web.Test:80', 'Content-Length', '12', 'X-A', 'a b']);
    expect([head.keepAlive, head.odd, head.alone]).toEqual([true, false, false]);
  });

  it('brings an absolute target to its path', () => {
    expect(accepted('GET http://A:80?x HTTP/1.1\r\nHost: a:80').target).toBe('/?x');
    expect(accepted('GET HTTP://a/b HTTP/1.1\r\nHost: a').path).toBe('/b');
  });

  it('allows HTTP/1.0 without a Host, and keeps it alive only when asked', () => {
    expect(accepted('GET / HTTP/1.0')).toMatchObject({ host: '', authority: '', keepAlive: false });
    expect(accepted('GET / HTTP/1.0\r\nConnection: Keep-Alive').keepAlive).toBe(true);
    expect(accepted('GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close').keepAlive).toBe(false);
  });

  it('reads the host of an address in brackets', () => {
    expect(accepted('GET / HTTP/1.1\r\nHost: [::1]:8080').host).toBe('[::1]');
  });

  it.each([
    ['equal lengths', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5'],
    ['a value beyond ASCII', `${GOOD}\r\nX: \xe9`],
    ['a target beyond RFC 3986', 'GET /{a}|b HTTP/1.1\r\nHost: a'],
    ['the coding identity', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity'],
    ['GET with a length of 0', `${GOOD}\r\nContent-Length: 0`],
  ])('calls %s odd', (_, head) => {
    expect(accepted(head).odd).toBe(true);
  });

  it('lets no request follow a GET with a body', () => {
    expect(accepted(`${GOOD}\r\nContent-Length: 5`).alone).toBe(true);
    expect(accepted(`${GOOD}\r\nTransfer-Encoding: chunked`).alone).toBe(true);
    expect(accepted('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5').alone).toBe(false);
  });
});
