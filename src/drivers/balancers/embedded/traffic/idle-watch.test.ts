import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { IdleWatch } from './idle-watch.ts';

it('reads what came while the process was busy before it calls a connection silent', async () => {
  const watch = new IdleWatch();
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [served] = (await once(server, 'connection')) as [Socket];
  await once(client, 'connect');

  const first = new Promise<string>((resolve) => {
    const watched = { silentSince: Date.now(), idleTimeout: 40, fellSilent: () => resolve('silent') };
    served.on('data', () => {
      watched.silentSince = Infinity;
      resolve('data');
    });
    watch.add(watched);
  });
  client.write('request');
  busyFor(100);

  expect(await first).toBe('data');
  client.destroy();
  served.destroy();
  server.close();
});

it('tells a connection that is silent for as long as it may', async () => {
  const watch = new IdleWatch();
  const silentFor = await new Promise<number>((resolve) => {
    const since = Date.now();
    const watched = {
      silentSince: since,
      idleTimeout: 20,
      fellSilent: () => {
        watch.delete(watched);
        resolve(Date.now() - since);
      },
    };
    watch.add(watched);
  });
  expect(silentFor).toBeGreaterThanOrEqual(20);
});

function busyFor(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}
