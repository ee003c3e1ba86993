import { Agent, get } from 'node:http';
import type { Clock } from '../../kernel/clock.ts';
import { millis } from '../../kernel/span.ts';

/** One answer, or none. */
export interface Sample {
  /** Epoch milliseconds of the answer. */
  readonly at: number;
  /** What answered, such as `v1`; absent when the request failed. */
  readonly version?: string;
  readonly failure?: string;
}

export interface Traffic {
  readonly samples: readonly Sample[];
  stop(): Promise<void>;
}

/** Shorter than the silence after which load balancers close a connection, of which a request on its way could die. */
const IDLE_LIMIT_MS = 10_000;
const ANSWER_LIMIT_MS = 10_000;

/** Sends steady requests, as many a second as asked, until stopped. Every one is counted; none is repeated. */
export function sendTraffic(url: string, perSecond: number, clock: Clock): Traffic {
  const agent = new Agent({ keepAlive: true, maxSockets: 32, timeout: IDLE_LIMIT_MS });
  const samples: Sample[] = [];
  const underWay = new Set<Promise<void>>();
  const stopping = new AbortController();
  const send = async (): Promise<void> => {
    const startedAt = clock.now().getTime();
    for (let sent = 0; !stopping.signal.aborted; sent += 1) {
      const due = startedAt + (sent * 1000) / perSecond - clock.now().getTime();
      if (due > 0) await clock.sleep(millis(due), stopping.signal);
      const request = ask(url, agent, clock).then((sample) => void samples.push(sample));
      underWay.add(request);
      void request.finally(() => underWay.delete(request));
    }
  };
  const sending = send();
  return {
    samples,
    async stop() {
      stopping.abort();
      await sending;
      await Promise.all(underWay);
      agent.destroy();
    },
  };
}

function ask(url: string, agent: Agent, clock: Clock): Promise<Sample> {
  return new Promise((resolve) => {
    const answered = (sample: Omit<Sample, 'at'>): void => resolve({ at: clock.now().getTime(), ...sample });
    const request = get(url, { agent, timeout: ANSWER_LIMIT_MS }, (response) => {
      response.resume();
      response.on('error', (cause) => answered({ failure: cause.message }));
      response.on('end', () => {
        const version = response.headers['x-version'];
        const isFine = response.statusCode === 200 && typeof version === 'string';
        answered(isFine ? { version } : { failure: `status ${response.statusCode}` });
      });
    });
    request.on('timeout', () => request.destroy(new Error('no answer in 10 s')));
    request.on('error', (cause) => answered({ failure: cause.message }));
  });
}
