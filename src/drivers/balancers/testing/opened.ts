import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RequestListener } from 'node:http';
import type { Balancer, ListenerConfig } from '../balancer.ts';
import { createEmbeddedBalancer } from '../embedded/embedded-balancer.ts';
import { startBackend, type Backend } from './backend.ts';
import { configOf, forwardTo, groupOf, listenerOf } from './configs.ts';

export interface Opened {
  readonly port: number;
  readonly balancer: Balancer;
  readonly backend: Backend;
  close(): Promise<void>;
}

/** A balancer process in front of one backend, for tests of what happens to a request. */
export async function openBalancer(
  entry: string,
  answer?: RequestListener,
  more: Partial<ListenerConfig> = {},
): Promise<Opened> {
  const folder = await mkdtemp(join(tmpdir(), 'teal-balancer-'));
  const backend = await startBackend('web', answer);
  const balancer = await createEmbeddedBalancer({ folder, host: '127.0.0.1', entry, onChange: () => undefined });
  const listener = listenerOf([forwardTo({ web: 1 })], more);
  const seen = await balancer.apply(configOf(1, [listener], [groupOf('web', [backend.port])]));
  return {
    port: seen.listeners[0]?.boundPort ?? 0,
    balancer,
    backend,
    async close() {
      await balancer.close({ leaveRunning: false });
      await backend.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
