import type { TaskSpec } from '../runtime.ts';

/** No name of a container of ECS: those have no dots. */
export const PAUSE = '.pause';

/** Which namespaces of a task a container of their own holds, because they must outlive each container of the task. */
export function pausesFor({ networkMode, containers, pidMode, ipcMode }: TaskSpec) {
  const isShared = containers.length > 1 || containers.some(({ restart }) => restart);
  return {
    network: networkMode === 'awsvpc' && isShared,
    pid: pidMode === 'task' && containers.length > 1,
    ipc: ipcMode === 'task' && containers.length > 1,
  };
}

export const needsPause = (task: TaskSpec): boolean => Object.values(pausesFor(task)).some((isNeeded) => isNeeded);

/** Whether a kernel setting belongs to a namespace that the pause container holds. */
export function holdsNamespaces(task: TaskSpec, sysctl: string): boolean {
  const { network, ipc } = pausesFor(task);
  return sysctl.startsWith('net.') ? network : ipc;
}
