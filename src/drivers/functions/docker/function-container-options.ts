import type { ContainerCreateOptions } from 'dockerode';
import type { FunctionSpec, ImagePackage } from '../functions.ts';
import { reservedEnvironment, type SandboxPlace } from '../process/sandbox-environment.ts';
import { urlWithin, type Reach } from './container-reach.ts';

const MIB = 1024 * 1024;
/** Processes and threads of one sandbox. Source: Lambda quotas. */
const MAX_PROCESSES = 1024;

/** Marks containers of functions with the Teal that they belong to. */
export const FUNCTION_LABEL = 'teal.function-of';

/** Writes a function in the Engine's words: as in Lambda, all but `/tmp` is read-only. */
export function functionContainerOptions(
  spec: FunctionSpec,
  image: ImagePackage,
  { place, reach, instance }: { readonly place: SandboxPlace; readonly reach: Reach; readonly instance: string },
): ContainerCreateOptions {
  const environment = containerEnvironment(spec, place, reach);
  return {
    Image: image.id,
    Env: Object.entries(environment).map(([name, value]) => `${name}=${value}`),
    Labels: { [FUNCTION_LABEL]: instance, 'teal.function': spec.arn },
    ...(image.entryPoint && { Entrypoint: [...image.entryPoint] }),
    ...(image.command && { Cmd: [...image.command] }),
    ...(image.workingDirectory !== undefined && { WorkingDir: image.workingDirectory }),
    AttachStdout: true,
    AttachStderr: true,
    HostConfig: {
      AutoRemove: true,
      NetworkMode: reach.networkMode,
      ...(reach.networkMode === 'bridge' && { ExtraHosts: ['host.docker.internal:host-gateway'] }),
      Memory: spec.memoryMiB * MIB,
      MemorySwap: spec.memoryMiB * MIB,
      PidsLimit: MAX_PROCESSES,
      ReadonlyRootfs: true,
      Tmpfs: { '/tmp': `rw,exec,mode=1777,size=${spec.ephemeralStorageMiB}m` },
      SecurityOpt: ['no-new-privileges'],
      // Output is attached; nothing needs a copy on disk.
      LogConfig: { Type: 'none', Config: {} },
    },
  };
}

function containerEnvironment(spec: FunctionSpec, place: SandboxPlace, reach: Reach): Record<string, string> {
  const { AWS_ENDPOINT_URL: endpoint } = spec.environment;
  return {
    AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR',
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    LAMBDA_TASK_ROOT: '/var/task',
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    ...spec.environment,
    ...(endpoint === undefined ? {} : { AWS_ENDPOINT_URL: urlWithin(endpoint, reach) }),
    ...reservedEnvironment(spec, place),
  };
}
