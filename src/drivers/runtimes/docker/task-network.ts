import type Docker from 'dockerode';
import type { NetworkInspectInfo } from 'dockerode';
import { BlockList } from 'node:net';
import { containerPrefix, LABEL } from './names.ts';
import { engineStatus, unless } from './engine.ts';

export interface TaskNetwork {
  readonly name: string;
  /** The bridge's address on the Engine's machine. */
  readonly gateway: string;
  readonly subnet: string;
  /** Whether containers that are not this Teal's are in it. */
  readonly isShared: boolean;
}

const DEFAULT_BRIDGE = 'bridge';

export const networkName = (instance: string): string => `teal-${instance}`;

/** Finds or makes this Teal's own bridge; falls back to the Engine's when no address range is left for one. */
export async function ensureNetwork(engine: Docker, instance: string): Promise<TaskNetwork> {
  const name = networkName(instance);
  const own = (await inspect(engine, name)) ?? (await create(engine, name, instance));
  const network = own ?? (await inspect(engine, DEFAULT_BRIDGE));
  if (!network) throw new Error(`the Docker Engine has neither a network '${name}' nor its default bridge`);
  return asTaskNetwork(network);
}

/** The Engine's default bridge; `undefined` where it is switched off. */
export async function findBridge(engine: Docker): Promise<TaskNetwork | undefined> {
  const found = await inspect(engine, DEFAULT_BRIDGE);
  return found && asTaskNetwork(found);
}

function asTaskNetwork({ Name: name, IPAM }: NetworkInspectInfo): TaskNetwork {
  const { Subnet: subnet = '', Gateway: gateway } = IPAM?.Config?.[0] ?? {};
  return { name, subnet, gateway: gateway ?? firstAddress(subnet), isShared: name === DEFAULT_BRIDGE };
}

export function isInside({ subnet }: TaskNetwork, address: string): boolean {
  const [start = '', bits = '32'] = subnet.split('/');
  const list = new BlockList();
  list.addSubnet(start, Number(bits));
  return list.check(address);
}

/** Whether an address in a network is now that of a container of this Teal. */
export async function isOwnAddress(
  engine: Docker,
  { name }: TaskNetwork,
  instance: string,
  address: string,
): Promise<boolean> {
  const network = await inspect(engine, name);
  return Object.values(network?.Containers ?? {}).some(
    (one) => one.IPv4Address.startsWith(`${address}/`) && one.Name.startsWith(containerPrefix(instance)),
  );
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
