import { createServer, request } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { json, serve, service } from '../../test/wire/serve.ts';
import { httpListener } from './http.ts';
import type { CallContext } from './types.ts';

it("aborts the call's signal when the client goes away", async () => {
  let started = () => {};
  const running = new Promise<void>((resolve) => (started = resolve));
  let ended = () => {};
  const aborted = new Promise<void>((resolve) => (ended = resolve));
  const waiting = (_input: never, { signal }: CallContext) => {
    signal.addEventListener('abort', () => ended());
    started();
    return aborted;
  };
  await using wire = await serve([service('codedeploy', { ListApplications: waiting })]);

  const { headers } = json('CodeDeploy_20141006.ListApplications', '');
  const client = request(wire.url, { method: 'POST', headers: headers as Record<string, string> });
  client.on('error', () => undefined);
  client.end('{}');
  await running;
  client.destroy();

  await expect(aborted).resolves.toBeUndefined();
});

it('survives a client that goes away in the middle of its body', async () => {
  await using wire = await serve([service('codedeploy', { ListApplications: () => ({}) })]);
  const { port } = new URL(wire.url);

  const socket = connect(Number(port), '127.0.0.1');
  socket.write(
    'POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: CodeDeploy_20141006.ListApplications\r\nContent-Length: 99\r\n\r\n{',
  );
  socket.destroy();
  const after = await wire.ask('/', json('CodeDeploy_20141006.ListApplications', '{}'));

  expect(after.status).toBe(200);
});

it('sends no body to HEAD, and header values that node would refuse as encoded words', async () => {
  const listener = httpListener({
    handle: async () => ({ status: 200, headers: { 'x-odd': 'a\u2603\n' }, body: Buffer.from('body') }),
  });
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { method: 'HEAD' });

    expect(await answer.text()).toBe('');
    expect(answer.headers.get('content-length')).toBe('4');
    expect(answer.headers.get('x-odd')).toBe('=?UTF-8?B?YeKYgwo=?=');
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
