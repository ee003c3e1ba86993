export const LABEL = { instance: 'teal.instance', task: 'teal.task', container: 'teal.container' } as const;

/** Named after what it is, so that creating twice is a conflict and nothing worse. */
export const containerName = (instance: string, taskId: string, container: string): string =>
  `teal-${instance}-${taskId}-${container}`;

export const volumeName = (instance: string, taskId: string, volume: string): string =>
  `teal-${instance}-${taskId}-${volume}`;
