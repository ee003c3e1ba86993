import { createDockerRuntime } from './docker/docker-runtime.ts';
import { createProcessRuntime } from './process/process-runtime.ts';
import type { Runtime, RuntimeName, RuntimeOptions } from './runtime.ts';

/** Every container runtime Teal can be started with. */
export const RUNTIMES = {
  process: createProcessRuntime,
  docker: createDockerRuntime,
} satisfies Record<RuntimeName, (options: RuntimeOptions) => Promise<Runtime>>;
