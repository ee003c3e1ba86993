import type Docker from 'dockerode';

/** How a container reaches this machine's loopback, where the Runtime API and Teal are. */
export interface Reach {
  readonly networkMode: string;
  /** The machine's name inside the container. */
  readonly teal: string;
}

/**
 * On Linux a function shares the machine's network, as it would as a process; in a virtual machine (Docker Desktop) the
 * Engine forwards a name of its own.
 */
export async function findReach(engine: Docker): Promise<Reach> {
  const { OperatingSystem = '' } = (await engine.info()) as { OperatingSystem?: string };
  const isShared = process.platform === 'linux' && !OperatingSystem.includes('Docker Desktop');
  return isShared
    ? { networkMode: 'host', teal: '127.0.0.1' }
    : { networkMode: 'bridge', teal: 'host.docker.internal' };
}

/** The URL of something on this machine's loopback, as the container reaches it. */
export function urlWithin(url: string, { teal }: Reach): string {
  if (!URL.canParse(url)) return url;
  const within = new URL(url);
  if (!['127.0.0.1', 'localhost', '[::1]'].includes(within.hostname) || teal === '127.0.0.1') return url;
  within.hostname = teal;
  return within.href.replace(/\/$/, '');
}
