import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Endpoint } from '../runtime.ts';

/** What a listener says, however long it takes to come up. */
export async function greeting({ host, port }: Endpoint): Promise<string> {
  const until = performance.now() + 60_000;
  for (;;) {
    try {
      const socket = connect(port, host);
      let said = '';
      for await (const chunk of socket) said += String(chunk);
      return said;
    } catch (cause) {
      if (performance.now() > until) throw cause;
      await pause(10);
    }
  }
}
