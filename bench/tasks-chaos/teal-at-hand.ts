import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { awsClients, type TestClients } from '../../test/support/aws.ts';
import { spawnTeal, type SpawnedTeal } from '../../test/support/spawned-teal.ts';

/** Nothing else listens in the namespace. */
const PORT = 4566;
const TIME_SCALE = 60;

/** A Teal that is killed and started again on one data folder and one port, as a service manager does. */
export interface TealAtHand {
  readonly url: string;
  readonly clients: TestClients;
  start(): Promise<void>;
  kill(): Promise<void>;
  /** Ends it in peace. @returns how long that took, in milliseconds */
  end(): Promise<number>;
  log(): string;
}

/** @param entry - the built Teal */
export function tealAtHand(folder: string, socketPath: string, entry: string): TealAtHand {
  const args = ['--port', String(PORT), '--data', join(folder, 'data'), '--runtime', 'docker', '--log-level', 'warn'];
  args.push('--time-scale', String(TIME_SCALE));
  const url = `http://127.0.0.1:${PORT}`;
  let teal: SpawnedTeal | undefined;
  let logged = '';
  return {
    url,
    clients: awsClients(url),
    async start() {
      // While the Engine is away Teal refuses to start; whoever keeps services running tries again.
      for (let tries = 1; !teal; tries += 1) {
        teal = await spawnTeal(args, entry, { DOCKER_HOST: `unix://${socketPath}` }).catch(async (cause: unknown) => {
          if (tries === 60) throw cause;
          await pause(500);
          return undefined;
        });
      }
    },
    async kill() {
      teal?.child.kill('SIGKILL');
      await teal?.ended;
      logged += teal?.log() ?? '';
      teal = undefined;
    },
    async end() {
      const begun = performance.now();
      await teal?.stop();
      logged += teal?.log() ?? '';
      teal = undefined;
      return performance.now() - begun;
    },
    log: () => logged + (teal?.log() ?? ''),
  };
}
