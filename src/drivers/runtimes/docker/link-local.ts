import type Docker from 'dockerode';
import { join } from 'node:path';
import { engineStatus, unless } from './engine.ts';
import { LABEL } from './names.ts';
import { openRelay, type Relay } from './relay.ts';

/** Where SDKs look for the credentials of a task. Source: ECS developer guide, task IAM role. */
const ADDRESS = '169.254.170.2';
const NETWORK = 'teal-link-local';
const USUAL_PORT = 80;

export interface LinkLocal {
  readonly url: string;
  /** Whether it answers at port 80 too, where relative addresses are asked for. */
  readonly hasUsualPort: boolean;
  close(): Promise<void>;
}

export interface LinkLocalOptions {
  /** Whether an address is that of a container of this Teal. */
  readonly admits: (address: string) => Promise<boolean>;
  readonly folder: string;
  readonly endpoint: () => string;
}

/**
 * Lets containers reach Teal at 169.254.170.2. The Engine gives this machine that address as the gateway of a network
 * nothing is ever in; a container's packets for it leave by its own gateway, which is this machine too. Several Teals
 * share the address, each at a port of its own; port 80 is the first one's, and needs the right to listen there.
 *
 * @returns `undefined` where the address cannot be had, as on a machine of ECS or EC2 that has it already
 */
export async function openLinkLocal(engine: Docker, options: LinkLocalOptions): Promise<LinkLocal | undefined> {
  const { admits, folder, endpoint } = options;
  const relay = (file: string, port?: number): Promise<Relay | undefined> =>
    openRelay({
      host: ADDRESS,
      admits,
      file: join(folder, file),
      endpoint,
      ...(port !== undefined && { port }),
    }).catch(() => undefined);
  if (!(await ensureAddress(engine))) return undefined;
  const own = await relay('link-local.json');
  if (!own) return undefined;
  const usual = await relay('', USUAL_PORT);
  return {
    url: own.url,
    hasUsualPort: usual !== undefined,
    close: async () => void (await Promise.all([own.close(), usual?.close()])),
  };
}

async function ensureAddress(engine: Docker): Promise<boolean> {
  if (await engine.getNetwork(NETWORK).inspect().catch(unless(404))) return true;
  try {
    await engine.createNetwork({
      Name: NETWORK,
      Driver: 'bridge',
      CheckDuplicate: true,
      IPAM: { Driver: 'default', Config: [{ Subnet: '169.254.170.0/30', Gateway: ADDRESS }] },
    });
    return true;
  } catch (cause) {
    if (engineStatus(cause) === undefined) throw cause;
    // Another Teal was faster, or the address is in use.
    return (await engine.getNetwork(NETWORK).inspect().catch(unless(404))) !== undefined;
  }
}

/** Gives the address back when no Teal has a network on this Engine any more. */
export async function releaseAddress(engine: Docker): Promise<void> {
  const others = await engine.listNetworks({ filters: { label: [LABEL.instance] } });
  if (others.length === 0)
    await engine
      .getNetwork(NETWORK)
      .remove()
      .catch(unless(403, 404, 409));
}
