import type Dockerode from 'dockerode';
import type { ContainerInfo } from 'dockerode';
import { LABEL } from '../../src/drivers/runtimes/docker/names.ts';

/**
 * The containers that Teal has made, but for those that are over and that an Engine which was ended at the wrong moment
 * cannot remove (`device or resource busy`, whoever asks) until it starts again.
 */
export async function heldContainers(engine: Dockerode): Promise<ContainerInfo[]> {
  const all = await engine.listContainers({ all: true, filters: { label: [LABEL.instance] } });
  return all.filter(({ State }) => State !== 'removing' && State !== 'dead');
}

/** The names of Teal's networks. */
export async function heldNetworks(engine: Dockerode): Promise<string[]> {
  return (await engine.listNetworks()).map(({ Name }) => Name).filter((name) => name.startsWith('teal-'));
}

/** The names of all volumes: nobody else makes any on this Engine. */
export async function heldVolumes(engine: Dockerode): Promise<string[]> {
  const { Volumes } = (await engine.listVolumes()) as { readonly Volumes: { readonly Name: string }[] | null };
  return (Volumes ?? []).map(({ Name }) => Name);
}
