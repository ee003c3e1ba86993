import type { Volume } from '@aws-sdk/client-ecs';
import type { VolumeSpec } from '../../../drivers/runtimes/runtime.ts';
import type { Definition } from '../records/task-definition.ts';

/** The volumes of a definition that some container mounts, as the runtime is told of them. */
export function taskVolumes({ volumes = [], containerDefinitions = [] }: Definition): VolumeSpec[] {
  const used = new Set(
    containerDefinitions.flatMap(({ mountPoints = [] }) => mountPoints).map((one) => one.sourceVolume),
  );
  return volumes.filter(({ name }) => used.has(name)).map(volumeSpec);
}

function volumeSpec({ name = '', host, dockerVolumeConfiguration: docker }: Volume): VolumeSpec {
  if (host?.sourcePath) return { kind: 'host', name, path: host.sourcePath };
  if (!docker) return { kind: 'task', name };
  const { scope, autoprovision = false, driver = 'local', driverOpts = {}, labels = {} } = docker;
  const isShared = scope === 'shared';
  return { kind: 'docker', name, isShared, isProvisioned: autoprovision, driver, options: driverOpts, labels };
}
