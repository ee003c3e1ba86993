import Dockerode from 'dockerode';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dockerAnswers } from '../../src/drivers/runtimes/docker/docker-answers.ts';
import { eventually } from './eventually.ts';

/** A Docker Engine of a test's own, which it may end and start as it likes. */
export interface PrivateEngine {
  readonly socketPath: string;
  readonly engine: Dockerode;
  start(): Promise<void>;
  /** Lets the Engine end, and with it its containers, unless it restores them alive. */
  end(): Promise<void>;
  /** Kills it with SIGKILL: its containers go on, and are ended when it starts, unless it restores them alive. */
  kill(): Promise<void>;
  /** Ends it and removes all it kept. */
  remove(): Promise<void>;
}

/** Why this machine cannot run one, or `undefined`. */
export function privateEngineUnavailable(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root can run a Docker Engine of its own';
  const isThere = (program: string): boolean => spawnSync(program, ['--version']).status === 0;
  const missing = ['dockerd', 'unshare'].find((program) => !isThere(program));
  return missing && `${missing} is not installed`;
}

/**
 * Makes an Engine that is not started yet.
 *
 * @param isLive - containers go on while it is away
 * @param network - `own`: a network namespace of its own, new at every start; `callers`: the caller's, which then has to
 * be nobody else's
 */
export async function privateEngine(isLive: boolean, network: 'own' | 'callers' = 'own'): Promise<PrivateEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'teal-dockerd-'));
  const socketPath = join(folder, 'docker.sock');
  const args = ['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec'), '-p', join(folder, 'pid')];
  args.push('-H', `unix://${socketPath}`, '--bridge=none', '--iptables=false', '--ip-masq=false');
  args.push('--host-gateway-ip=127.0.0.1', `--live-restore=${isLive}`, '--shutdown-timeout=5');
  let daemon: ChildProcess | undefined;
  const endWith = (signal: NodeJS.Signals) => async (): Promise<void> => {
    if (!daemon || daemon.exitCode !== null || daemon.signalCode !== null) return;
    daemon.kill(signal);
    await once(daemon, 'exit');
  };
  const end = endWith('SIGTERM');
  return {
    socketPath,
    engine: new Dockerode({ socketPath }),
    async start() {
      await rm(join(folder, 'pid'), { force: true });
      // In a network namespace of its own: an Engine takes away the bridge of any other beside it.
      const [program = '', ...words] = network === 'own' ? ['unshare', '--net', 'dockerd'] : ['dockerd'];
      daemon = spawn(program, [...words, ...args], { stdio: 'ignore' });
      await eventually(
        'the Engine to answer',
        async () => ((await dockerAnswers(socketPath)) ? true : undefined),
        120_000,
      );
    },
    end,
    kill: endWith('SIGKILL'),
    async remove() {
      await end();
      await eventually(
        `${folder} to be removed`,
        async () => {
          // The Engine leaves its mounts behind; they hold the folder, and so do those of a container that still ends.
          spawnSync('sh', ['-c', `grep -o ' ${folder}[^ ]*' /proc/mounts | sort -r | xargs -r -n1 umount -l`]);
          return rm(folder, { recursive: true, force: true }).then(
            () => true,
            () => undefined,
          );
        },
        30_000,
      );
    },
  };
}
