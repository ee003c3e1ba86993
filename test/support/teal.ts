import { randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/kernel/clock.ts';
import { silentLogger } from '../../src/kernel/logger.ts';
import { startTeal, type TealOptions } from '../../src/main.ts';
import { awsClients, destroyClients, type TestClients } from './aws.ts';

export interface TestTeal extends TestClients {
  readonly url: string;
  readonly account: string;
  /** The data folder. */
  readonly data: string;
  close(): Promise<void>;
}

/** A whole Teal in this process, on a free port and a folder of its own, with SDK clients that reach it over HTTP. */
export async function startTestTeal(
  options: Partial<TealOptions> & { readonly timeScale?: number } = {},
): Promise<TestTeal> {
  const data = await mkdtemp(join(tmpdir(), 'teal-test-'));
  const account = String(randomInt(1e11, 1e12 - 1));
  const teal = await startTeal({
    host: '127.0.0.1',
    port: 0,
    data,
    clock: systemClock(options.timeScale ?? 60),
    logger: silentLogger(),
    runtime: 'process',
    balancer: 'embedded',
    allowReset: true,
    checkpoint: () => undefined,
    ...options,
  }).catch(async (cause: unknown) => {
    await rm(data, { recursive: true, force: true });
    throw cause;
  });
  const clients = awsClients(teal.url, account);
  return {
    ...clients,
    url: teal.url,
    account,
    data,
    async close() {
      destroyClients(clients);
      await teal.close();
      await rm(data, { recursive: true, force: true });
    },
  };
}
