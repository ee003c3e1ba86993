import { Duplex } from 'node:stream';
import { connect } from 'node:tls';
import { expect, it } from 'vitest';
import { readClientHello } from './client-hello.ts';

/** What a client of Node sends first. */
function helloFor(options: { readonly servername?: string }): Promise<Buffer> {
  return new Promise((resolve) => {
    const pipe = new Duplex({
      read: () => undefined,
      write: (bytes: Buffer, _encoding, done) => {
        resolve(Buffer.from(bytes));
        done();
      },
    });
    connect({ ...options, socket: pipe }).on('error', () => undefined);
  });
}

/** The same handshake bytes in records of a few bytes each. */
function inSmallRecords(hello: Buffer): Buffer {
  const records: Buffer[] = [];
  for (let at = 5; at < hello.length; at += 7) {
    const part = hello.subarray(at, at + 7);
    records.push(Buffer.from([22, 3, 1, 0, part.length]), part);
  }
  return Buffer.concat(records);
}

it('reads the name that a client asks for, in lower case', async () => {
  const hello = await helloFor({ servername: 'Shop.B.test' });

  expect(readClientHello(hello)).toEqual({ state: 'whole', serverName: 'shop.b.test' });
  expect(readClientHello(inSmallRecords(hello))).toEqual({ state: 'whole', serverName: 'shop.b.test' });
});

it('says nothing before the last byte', async () => {
  const hello = await helloFor({ servername: 'a.test' });

  const states = Array.from({ length: hello.length }, (_, length) => readClientHello(hello.subarray(0, length)).state);

  expect(new Set(states)).toEqual(new Set(['partial']));
});

it('finds no name where the client gives none', async () => {
  expect(readClientHello(await helloFor({}))).toEqual({ state: 'whole', serverName: '' });
});

it.each([
  ['plain HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ['another message', Buffer.from([22, 3, 1, 0, 4, 2, 0, 0, 0])],
  ['a message without end', Buffer.from([22, 3, 1, 0, 4, 1, 0xff, 0xff, 0xff])],
  [
    'lengths beyond the message',
    Buffer.concat([Buffer.from([22, 3, 1, 0, 40, 1, 0, 0, 36]), Buffer.alloc(34), Buffer.from([0xff, 0])]),
  ],
])('is no hello: %s', (_what, bytes) => {
  expect(readClientHello(bytes).state).toBe('invalid');
});
