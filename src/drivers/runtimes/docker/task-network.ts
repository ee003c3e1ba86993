import type Docker from 'dockerode';
import type { NetworkInspectInfo } from 'dockerode';
import { LABEL } from './names.ts';
import { engineStatus, unless } from './engine.ts';

export interface TaskNetwork {
  readonly name: string;
  /** The bridge's address on the Engine's machine. */
  readonly gateway: string;
  readonly subnet: string;
}

const DEFAULT_BRIDGE = 'bridge';

export const networkName = (instance: string): string => `teal-${instance}`;

/** Finds or makes this Teal's own bridge; falls back to the Engine's when no address range is left for one. */
export async function ensureNetwork(engine: Docker, instance: string): Promise<TaskNetwork> {
  const name = networkName(instance);
  const own = (await inspect(engine, name)) ?? (await create(engine, name, instance));
  const network = own ?? (await inspect(engine, DEFAULT_BRIDGE));
  if (!network) throw new Error(`the Docker Engine has neither a network '${name}' nor its default bridge`);
  const { Subnet: subnet = '', Gateway: gateway } = network.IPAM?.Config?.[0] ?? {};
  return { name: network.Name, subnet, gateway: gateway ?? firstAddress(subnet) };
}

/** Removes the bridge unless a container still uses it. */
export async function removeNetwork(engine: Docker, instance: string): Promise<void> {
  await engine
    .getNetwork(networkName(instance))
    .remove()
    .catch(unless(403, 404, 409));
}

async function create(engine: Docker, name: string, instance: string): Promise<NetworkInspectInfo | undefined> {
  const labels = { [LABEL.instance]: instance };
  try {
    await engine.createNetwork({ Name: name, Driver: 'bridge', CheckDuplicate: true, Labels: labels });
  } catch (cause) {
    if (engineStatus(cause) === undefined) throw cause;
  }
  return inspect(engine, name);
}

async function inspect(engine: Docker, name: string): Promise<NetworkInspectInfo | undefined> {
  const found: unknown = await engine.getNetwork(name).inspect().catch(unless(404));
  return found as NetworkInspectInfo | undefined;
}

const firstAddress = (subnet: string): string => subnet.replace(/\.\d+\/\d+$/, '.1');
