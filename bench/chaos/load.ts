import { Agent, get } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Service } from './world.ts';

/** Every request of one service's users; none is repeated. */
export interface Load {
  readonly sent: number;
  /** What went wrong, each once. */
  readonly failures: readonly string[];
  /** Resolves when every request that is under way now has ended. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

/** Keeps asking, so many times a second, over connections that are kept and over new ones in turn. */
export function startLoad(service: Service, perSecond: number): Load {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const failures: string[] = [];
  const underWay = new Set<Promise<void>>();
  let sent = 0;
  let running = true;
  const send = async (): Promise<void> => {
    const startedAt = performance.now();
    while (running) {
      const due = startedAt + (sent * 1000) / perSecond - performance.now();
      if (due > 0) await pause(due);
      sent += 1;
      const request = ask(service, sent % 4 === 0 ? false : agent).then((failure) => {
        if (failure !== undefined) failures.push(`${new Date().toISOString()} ${service.name}: ${failure}`);
        underWay.delete(request);
      });
      underWay.add(request);
    }
  };
  const sending = send();
  return {
    get sent() {
      return sent;
    },
    failures,
    settled: async () => void (await Promise.all([...underWay])),
    async stop() {
      running = false;
      await sending;
      await Promise.all(underWay);
      agent.destroy();
    },
  };
}

/** What was wrong with the answer; nothing when it was whole and of this service. */
function ask({ productionUrl, name }: Service, agent: Agent | false): Promise<string | undefined> {
  return new Promise((resolve) => {
    const request = get(productionUrl, { agent, timeout: 20_000 }, (response) => {
      response.resume();
      response.on('error', (cause) => resolve(`broken answer: ${cause.message}`));
      response.on('end', () => {
        const by = response.headers['x-service'];
        if (response.statusCode !== 200) resolve(`status ${response.statusCode}`);
        else resolve(by === name ? undefined : `answered by ${String(by)}`);
      });
    });
    request.on('timeout', () => request.destroy(new Error('no answer in 20 s')));
    request.on('error', (cause) => resolve(cause.message));
  });
}
