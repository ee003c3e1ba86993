import type { RequestListener } from 'node:http';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { millis } from '../../../../../kernel/span.ts';
import { bundleBalancer, type Bundle } from '../../../testing/bundle-balancer.ts';
import { TLS } from '../../../testing/certificates.ts';
import { configOf, forwardTo, groupOf, HTTP_SETTINGS, listenerOf } from '../../../testing/configs.ts';
import {
  block,
  data,
  FLAG,
  frame,
  FrameClient,
  GET,
  headers,
  POST,
  PREFACE,
  settings,
  TYPE,
  uint32,
  type Field,
} from '../../../testing/h2-frames.ts';
import { openBalancer, type Opened } from '../../../testing/opened.ts';

let bundle: Bundle;
let opened: Opened;
let client: FrameClient | undefined;
beforeAll(async () => {
  bundle = await bundleBalancer();
  opened = await openBalancer(bundle.entry, answer, { tls: TLS });
});
afterEach(() => client?.close());
afterAll(async () => {
  await opened.close();
  await bundle.remove();
});

/** Answers when the request is whole. */
const answer: RequestListener = (request, response) => {
  request.resume();
  request.on('end', () => response.end('web'));
};

const open = async (...own: readonly (readonly [id: number, value: number])[]) =>
  (client = await FrameClient.open(opened.port, ...own));

const LAST_ALLOWED = 2 * 128 - 1;
const openMany = (many: FrameClient) => {
  for (let stream = 1; stream <= LAST_ALLOWED; stream += 2) many.send(headers(stream, POST, 0));
};

it('5.1.2: refuses the 129th request of a client that could not know the limit yet, and only that', async () => {
  const many = (client = await FrameClient.connect(opened.port));
  many.send(PREFACE, settings());

  openMany(many);
  many.send(headers(LAST_ALLOWED + 2, POST, 0));

  expect(await many.outcome(LAST_ALLOWED + 2)).toBe('reset REFUSED_STREAM');
  many.send(data(1, 'a', FLAG.endStream));
  expect(await many.outcome(1)).toBe('status 200');
});

it('5.1.2: serves 128 requests at a time, and ends with a client that knows the limit and passes it', async () => {
  const many = await open();

  openMany(many);
  many.send(data(LAST_ALLOWED, 'a', FLAG.endStream));
  expect(await many.outcome(LAST_ALLOWED)).toBe('status 200');
  many.send(headers(LAST_ALLOWED + 2, POST, 0), headers(LAST_ALLOWED + 4, POST, 0));

  await many.closed();
});

it('6.10: bounds the CONTINUATION frames of a block', async () => {
  const flood = await open();

  flood.send(frame(TYPE.headers, FLAG.endStream, 1, block(GET)));
  for (let count = 0; count < 1000; count++) flood.send(frame(TYPE.continuation, 0, 1, block([['a', 'b']])));

  await flood.closed();
});

it('10.5: bounds the streams that a client opens and resets', async () => {
  const flood = await open();
  let sent = 0;

  for (let stream = 1; !flood.isClosed && sent < 100_000; stream += 200) {
    for (let id = stream; id < stream + 200; id += 2)
      flood.send(headers(id, POST, 0), frame(TYPE.reset, 0, id, uint32(8)));
    sent += 100;
    await new Promise((resolve) => setImmediate(resolve));
  }

  await flood.closed();
  const why = flood.received.find(({ type }) => type === TYPE.goaway);
  expect(why).toBeDefined();
});

it('10.5.1: answers 400 to a header above 16 KiB and to headers above 64 KiB', async () => {
  const big = await open();
  const split = (stream: number, fields: readonly Field[]) => {
    const bytes = block(fields);
    const parts: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += 16_000) parts.push(bytes.subarray(at, at + 16_000));
    return parts.map((part, index) =>
      frame(
        index === 0 ? TYPE.headers : TYPE.continuation,
        (index === 0 ? FLAG.endStream : 0) | (index === parts.length - 1 ? FLAG.endHeaders : 0),
        stream,
        part,
      ),
    );
  };

  big.send(...split(1, [...GET, ['x', 'a'.repeat(16_400)]]));
  expect(await big.outcome(1)).toBe('status 400');
  big.send(...split(3, [...GET, ...Array.from({ length: 7 }, (): Field => ['x', 'a'.repeat(10_000)])]));
  expect(await big.outcome(3)).toBe('status 400');
  big.send(...split(5, [...GET, ['x', 'a'.repeat(16_000)]]));
  expect(await big.outcome(5)).toBe('status 200');
});

it('10.5: bounds the requests that a client makes the balancer reset', async () => {
  const flood = await open();

  for (let stream = 1; !flood.isClosed && stream < 100_000; stream += 2) {
    flood.send(headers(stream, [...POST, ['content-length', '1']], 0), data(stream, 'too long', FLAG.endStream));
    if (stream % 200 === 1) await new Promise((resolve) => setImmediate(resolve));
  }

  await flood.closed();
});

it('5.4.1: ends the connection of a client that stays after its error, at the latest when it has been idle', async () => {
  const stays = await open();
  stays.send(data(1, 'a'));
  expect(await stays.health()).toBe('goaway PROTOCOL_ERROR');

  const http = { ...HTTP_SETTINGS, idleTimeout: millis(100) };
  const listeners = [listenerOf([forwardTo({ web: 1 })], { tls: TLS, http })];
  await opened.balancer.apply(configOf(2, listeners, [groupOf('web', [opened.backend.port])]));

  await stays.closed();
});
