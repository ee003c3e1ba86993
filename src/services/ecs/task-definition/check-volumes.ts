import type { Volume } from '@aws-sdk/client-ecs';
import { clientError } from '../faults.ts';
import type { Registration } from './registration.ts';

const NAME = /^[A-Za-z0-9_-]{1,255}$/;
const KINDS = [
  'host',
  'dockerVolumeConfiguration',
  'efsVolumeConfiguration',
  'fsxWindowsFileServerVolumeConfiguration',
  's3filesVolumeConfiguration',
] as const;

/** Volumes and where they are mounted. Source: spec, row 29; the other words are assumed. @throws {ClientException} */
export function checkVolumes({ volumes = [], containerDefinitions = [] }: Registration): void {
  for (const volume of volumes) checkVolume(volume);
  if (new Set(volumes.map(({ name }) => name)).size < volumes.length)
    throw clientError('Volume names must be unique within a task definition');
  for (const { name, mountPoints = [] } of containerDefinitions) {
    for (const { sourceVolume, containerPath } of mountPoints) {
      if (!volumes.some((volume) => volume.name === sourceVolume))
        throw clientError(`Unknown volume '${sourceVolume}'.`);
      if (!containerPath) throw clientError('MountPoint.containerPath should not be null or empty.');
    }
    const paths = mountPoints.map(({ containerPath }) => containerPath);
    if (new Set(paths).size < paths.length) throw clientError(`Container '${name}' has duplicate mount points`);
  }
}

function checkVolume(volume: Volume): void {
  if (!volume.name) throw clientError('Volume.name should not be null or empty.');
  if (!NAME.test(volume.name)) throw clientError('Volume.name contains invalid characters.');
  const given = KINDS.filter((kind) => kind in volume && volume[kind as keyof Volume] !== undefined);
  if (given.length > 1) throw clientError(`Volume '${volume.name}' can have only one of ${given.join(', ')}.`);
  const { scope, autoprovision } = volume.dockerVolumeConfiguration ?? {};
  if (autoprovision !== undefined && scope !== 'shared')
    throw clientError("'autoprovision' can only be specified when the volume's 'scope' is 'shared'.");
  if (volume.efsVolumeConfiguration && !volume.efsVolumeConfiguration.fileSystemId)
    throw clientError('EFSVolumeConfiguration.fileSystemId should not be null or empty.');
}
