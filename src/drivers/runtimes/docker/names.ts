export const LABEL = { instance: 'teal.instance', task: 'teal.task', container: 'teal.container' } as const;

/** Named after what it is, so that creating twice is a conflict and nothing worse. */
export const containerName = (instance: string, taskId: string, container: string): string =>
  `${containerPrefix(instance)}${taskId}-${container}`;

export const containerPrefix = (instance: string): string => `teal-${instance}-`;

export const volumePrefix = (instance: string): string => `teal-${instance}-`;

export const volumeName = (instance: string, taskId: string, volume: string): string =>
  `${volumePrefix(instance)}${taskId}-${volume}`;

/** The id of the task that a volume ends with; `undefined` for one of somebody else. */
export function ownerOfVolume(instance: string, name: string): string | undefined {
  const rest = name.startsWith(volumePrefix(instance)) ? name.slice(volumePrefix(instance).length) : '';
  return /^([0-9a-f]{32})-/.exec(rest)?.[1];
}
