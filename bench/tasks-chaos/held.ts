import type Dockerode from 'dockerode';
import type { ContainerInfo } from 'dockerode';
import { LABEL } from '../../src/drivers/runtimes/docker/names.ts';

/** The containers that Teal has made, in whatever state. */
export const heldContainers = (engine: Dockerode): Promise<ContainerInfo[]> =>
  engine.listContainers({ all: true, filters: { label: [LABEL.instance] } });

/** The names of Teal's networks. */
export async function heldNetworks(engine: Dockerode): Promise<string[]> {
  return (await engine.listNetworks()).map(({ Name }) => Name).filter((name) => name.startsWith('teal-'));
}

/** The names of all volumes: nobody else makes any on this Engine. */
export async function heldVolumes(engine: Dockerode): Promise<string[]> {
  const { Volumes } = (await engine.listVolumes()) as { readonly Volumes: { readonly Name: string }[] | null };
  return (Volumes ?? []).map(({ Name }) => Name);
}
