import type Docker from 'dockerode';

export interface EngineFacts {
  /** Whether this machine reaches containers at their own addresses. */
  readonly isRouted: boolean;
  readonly cpus: number;
}

/** Container addresses answer only where the Engine shares this machine's network: not in a VM, not rootless. */
export async function factsOf(engine: Docker): Promise<EngineFacts> {
  const info = (await engine.info()) as { OperatingSystem?: string; SecurityOptions?: string[]; NCPU: number };
  const isRootless = (info.SecurityOptions ?? []).some((option) => option.includes('rootless'));
  const isElsewhere = isRootless || /Docker Desktop/.test(info.OperatingSystem ?? '');
  return { isRouted: process.platform === 'linux' && !isElsewhere, cpus: info.NCPU };
}
