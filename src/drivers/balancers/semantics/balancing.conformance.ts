import { describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { ask, until } from '../testing/client.ts';
import { forwardTo, groupOf, HEALTH_CHECK, listenerOf } from '../testing/configs.ts';
import type { Stage } from '../testing/stage.ts';

export function balancingSemantics(stage: () => Stage): void {
  const spread = async (port: number, requests: number) => {
    const counts: Record<string, number> = {};
    for (let count = 0; count < requests; count++) {
      const name = (await ask({ port })).body.toString();
      counts[name] = (counts[name] ?? 0) + 1;
    }
    return counts;
  };

  describe('balancing', () => {
    it('answers 503 when every weight is 0, and sends nothing to a group at weight 0', async () => {
      const [blue, green] = [await stage().backend('blue'), await stage().backend('green')];
      const groups = [groupOf('w-blue', [blue.port]), groupOf('w-green', [green.port])];
      await stage().apply([listenerOf([forwardTo({ 'w-blue': 1, 'w-green': 0 })])], groups);
      await stage().healthy();
      const port = await stage().apply([listenerOf([forwardTo({ 'w-blue': 0, 'w-green': 0 })])], groups);
      const none = await ask({ port });

      await stage().apply([listenerOf([forwardTo({ 'w-blue': 0, 'w-green': 5 })])], groups);

      expect(none.status).toBe(503);
      expect(await spread(port, 20)).toEqual({ green: 20 });
    });

    it('keeps the share of a group that has no targets: its requests get 503', async () => {
      const blue = await stage().backend('blue');
      const groups = [groupOf('s-blue', [blue.port]), groupOf('s-none', [])];
      const port = await stage().apply([listenerOf([forwardTo({ 's-blue': 1, 's-none': 1 })])], groups);
      await stage().healthy();
      const statuses = await Promise.all(Array.from({ length: 100 }, async () => (await ask({ port })).status));

      expect(statuses.filter((status) => status === 503).length).toBeGreaterThan(20);
      expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(20);
    });

    it('takes targets in turn', async () => {
      const [one, two] = [await stage().backend('one'), await stage().backend('two')];
      const port = await stage().apply([listenerOf([forwardTo({ turn: 1 })])], [groupOf('turn', [one.port, two.port])]);
      await stage().healthy();

      expect(await spread(port, 20)).toEqual({ one: 10, two: 10 });
    });

    it('sends a request where the fewest are outstanding', async () => {
      const waiting: (() => void)[] = [];
      const slow = await stage().backend('slow', (_, response) => void waiting.push(() => response.end('slow')));
      const fast = await stage().backend('fast');
      const least = (...ports: number[]) =>
        stage().apply(
          [listenerOf([forwardTo({ least: 1 })])],
          [groupOf('least', ports, { algorithm: 'least_outstanding_requests' })],
        );
      const port = await least(slow.port);
      await stage().healthy();
      // Three, since a driver may count a request for a moment longer than its client waits for it.
      const asked = [ask({ port }), ask({ port }), ask({ port })];
      await until('three requests wait', async () => waiting.length === 3);
      await least(slow.port, fast.port);
      await stage().healthy();

      const others = await spread(port, 20);
      for (const answer of waiting) answer();

      expect(others).toEqual({ fast: 20 });
      expect((await Promise.all(asked)).map(({ body }) => body.toString())).toEqual(['slow', 'slow', 'slow']);
    });

    it('sends to all when fewer are healthy than the least number', async () => {
      const [well, sick] = [await stage().backend('well'), await sickBackend(stage())];
      const group = groupOf('few', [well.port, sick.port], { minimumHealthy: { count: 1 } });
      const port = await stage().apply([listenerOf([forwardTo({ few: 1 })])], [group]);
      await until('one is healthy and the other is not', async () => {
        const { targets } = await stage().group('few');
        return targets[0]?.health === 'healthy' && targets[1]?.health === 'unhealthy';
      });
      const enough = await spread(port, 10);

      await stage().apply([listenerOf([forwardTo({ few: 1 })])], [{ ...group, minimumHealthy: { count: 2 } }]);

      expect(enough).toEqual({ well: 10 });
      expect(await spread(port, 10)).toEqual({ well: 5, sick: 5 });
    });

    it('keeps a WebSocket where it began while the weights shift, until it ends', async () => {
      const [blue, green] = [await stage().backend('blue'), await stage().backend('green')];
      new WebSocketServer({ server: blue.server }).on('connection', (socket) =>
        socket.on('message', (data: Buffer) => socket.send(`blue ${data.toString()}`)),
      );
      const groups = [groupOf('ws-blue', [blue.port]), groupOf('ws-green', [green.port])];
      const port = await stage().apply([listenerOf([forwardTo({ 'ws-blue': 1, 'ws-green': 0 })])], groups);
      await stage().healthy();
      const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
      await new Promise((resolve) => socket.once('open', resolve));

      await stage().apply([listenerOf([forwardTo({ 'ws-blue': 0, 'ws-green': 1 })])], groups);
      const inFlight = async () => (await stage().group('ws-blue')).targets[0]?.inFlight;
      const echoed = new Promise((resolve) => socket.once('message', (data: Buffer) => resolve(data.toString())));
      socket.send('hello');

      expect((await ask({ port })).body.toString()).toBe('green');
      expect(await echoed).toBe('blue hello');
      expect(await inFlight()).toBe(1);
      socket.close();
      await until('the WebSocket has ended', async () => (await inFlight()) === 0);
    });

    it('cuts a WebSocket of a target that leaves when its time is over, and not before', async () => {
      const web = await stage().backend('web');
      new WebSocketServer({ server: web.server }).on('connection', (socket) =>
        socket.on('message', (data: Buffer) => socket.send(data.toString())),
      );
      const group = groupOf('ws-web', [web.port]);
      const leaving = (drainBy: number) =>
        stage().apply(
          [listenerOf([forwardTo({ 'ws-web': 1 })])],
          [{ ...group, targets: group.targets.map((target) => ({ ...target, draining: true, drainBy })) }],
        );
      const port = await stage().apply([listenerOf([forwardTo({ 'ws-web': 1 })])], [group]);
      await stage().healthy();
      const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
      await new Promise((resolve) => socket.once('open', resolve));
      const closed = new Promise((resolve) => socket.once('close', resolve));

      await leaving(Date.now() + 3_600_000);
      const echoed = new Promise((resolve) => socket.once('message', (data: Buffer) => resolve(data.toString())));
      socket.send('still here');
      expect(await echoed).toBe('still here');
      await leaving(Date.now());
      await closed;

      await until('nothing is in flight', async () => (await stage().group('ws-web')).targets[0]?.inFlight === 0);
    });
  });
}

/** Answers requests, and 500 to its health checks. */
async function sickBackend(stage: Stage) {
  const backend = await stage.backend('sick');
  const [serve] = backend.server.listeners('request') as ((request: unknown, response: unknown) => void)[];
  backend.server.removeAllListeners('request');
  backend.server.on('request', (request, response) => {
    if (request.url !== HEALTH_CHECK.path) return serve?.(request, response);
    response.statusCode = 500;
    response.end();
  });
  return backend;
}
