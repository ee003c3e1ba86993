import type Docker from 'dockerode';
import { hostname } from 'node:os';
import type { Machine } from '../runtime.ts';
import { engineAddress } from './docker-answers.ts';

export interface EngineFacts {
  /** Whether this machine reaches containers at their own addresses. */
  readonly isRouted: boolean;
  readonly cpus: number;
  /** Whether the Engine's processes and control groups are those of this machine. */
  readonly isHere: boolean;
  readonly cgroups: { readonly driver: string; readonly version: string };
  readonly machine: Machine;
}

interface EngineInfo {
  readonly OperatingSystem?: string;
  readonly SecurityOptions?: string[];
  readonly NCPU: number;
  /** Bytes. */
  readonly MemTotal: number;
  readonly Architecture?: string;
  readonly OSType?: string;
  readonly ServerVersion?: string;
  readonly Name?: string;
  readonly CgroupDriver?: string;
  readonly CgroupVersion?: string;
}

/** Container addresses answer only where the Engine shares this machine's network: not in a VM, not rootless. */
export async function factsOf(engine: Docker, socketPath?: string): Promise<EngineFacts> {
  const info = (await engine.info()) as EngineInfo;
  const isRootless = (info.SecurityOptions ?? []).some((option) => option.includes('rootless'));
  const isElsewhere = isRootless || /Docker Desktop/.test(info.OperatingSystem ?? '');
  const isRouted = process.platform === 'linux' && !isElsewhere;
  return {
    isRouted,
    cpus: info.NCPU,
    // An Engine in a container, or a Teal in one, has a name of its own.
    isHere: isRouted && 'socketPath' in engineAddress(socketPath) && info.Name === hostname(),
    cgroups: { driver: info.CgroupDriver ?? 'none', version: info.CgroupVersion ?? '1' },
    machine: machineOf(info),
  };
}

/** Docker says what the kernel says; ECS has names of its own. */
const ARCHITECTURES: Readonly<Record<string, string>> = { amd64: 'x86_64', aarch64: 'arm64' };

const machineOf = ({
  NCPU,
  MemTotal,
  Architecture = 'x86_64',
  OSType = 'linux',
  ServerVersion,
}: EngineInfo): Machine => ({
  processors: NCPU,
  memory: Math.floor(MemTotal / 2 ** 20),
  architecture: ARCHITECTURES[Architecture] ?? Architecture,
  os: OSType,
  ...(ServerVersion !== undefined && { dockerVersion: ServerVersion }),
});
