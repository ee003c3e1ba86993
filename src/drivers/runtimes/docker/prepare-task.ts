import type Docker from 'dockerode';
import { inOrder } from '../conduct.ts';
import { freePort } from '../free-port.ts';
import type { ContainerSpec, TaskSpec } from '../runtime.ts';
import { containerOptions, pauseOptions } from './container-options.ts';
import { engineMessage, engineStatus, unless } from './engine.ts';
import type { Images } from './images.ts';
import { containerName } from './names.ts';
import { ensurePauseImage } from './pause-image.ts';
import type { Placement } from './placement.ts';
import { needsPause, PAUSE } from './shared-namespaces.ts';
import type { TaskGroups } from './task-groups.ts';
import type { TaskPlace } from './task-place.ts';
import type { TaskRecord } from '../task-records.ts';
import { ensureVolumes } from './volumes.ts';
import type { WishedLimits } from './wished-limits.ts';

/** What is known of the images of a task, by container. */
export type PulledImages = Required<Pick<TaskRecord, 'digests' | 'imageIds' | 'pullStoppedAt'>>;

/** Why a task could not be made ready, in ECS's words, and whose fault it is. */
export class CannotPrepare extends Error {
  override readonly name = 'CannotPrepare';
  readonly container: string | undefined;
  constructor(fault: string, cause: unknown, container?: string) {
    super(`${fault}: ${engineMessage(cause)}`, { cause });
    this.container = container;
  }
}

export interface Preparation {
  readonly engine: Docker;
  readonly place: TaskPlace;
  readonly groups: TaskGroups;
  readonly images: Images;
  readonly limits: WishedLimits;
  /** Takes the names of containers made here. */
  readonly fresh: Set<string>;
  readonly instance: string;
  readonly signal: AbortSignal;
}

/**
 * Brings everything a task needs to the point where its containers can be started, from wherever an earlier attempt
 * left it: images, volumes, shared namespaces, containers.
 *
 * @returns what is known of its images, by container
 * @throws {CannotPrepare} unless the signal came first
 */
export async function prepareTask(preparation: Preparation, task: TaskSpec): Promise<PulledImages> {
  const { engine, place, groups, images, instance, signal } = preparation;
  const digests: Record<string, string> = {};
  const imageIds: Record<string, string> = {};
  for (const { name, image } of task.containers) {
    const { id, digest } = await or('CannotPullContainerError', name, images.ensure(image, signal));
    if (digest !== undefined) digests[name] = digest;
    if (id !== undefined) imageIds[name] = id;
  }
  const pulled = { digests, imageIds, pullStoppedAt: Date.now() };
  if (signal.aborted) return pulled;
  await or('CannotCreateVolumeError', undefined, ensureVolumes(engine, task, instance));
  const where = await or('CannotCreateContainerError', undefined, place.get(task));
  const placement = { ...where, cgroupParent: await groups.ensure(task) };
  if (needsPause(task)) await or('CannotCreateContainerError', undefined, startPause(engine, task, placement));
  for (const container of inOrder(task.containers)) {
    if (signal.aborted) break;
    await or('CannotCreateContainerError', container.name, create(preparation, task, container, placement));
  }
  return pulled;
}

const or = <T>(fault: string, container: string | undefined, act: Promise<T>): Promise<T> =>
  act.catch((cause: unknown) => {
    throw new CannotPrepare(fault, cause, container);
  });

async function startPause(engine: Docker, task: TaskSpec, placement: Placement): Promise<void> {
  const image = await ensurePauseImage(engine);
  await engine.createContainer(pauseOptions(task, image, placement)).catch(unless(409));
  await engine
    .getContainer(containerName(placement.instance, task.taskId, PAUSE))
    .start()
    .catch(unless(304));
}

async function create(
  { engine, place, limits, fresh, instance }: Preparation,
  task: TaskSpec,
  container: ContainerSpec,
  placement: Placement,
): Promise<void> {
  const fixed = await limits.grant(await withFixedPorts(task, container));
  const options = containerOptions(withContainer(task, fixed), fixed, placement);
  try {
    await engine.createContainer(options);
    fresh.add(containerName(instance, task.taskId, container.name));
  } catch (cause) {
    if (engineStatus(cause) === 404) place.forget(); // the network may be what is gone
    unless(409)(cause);
  }
}

/** The Engine would give a container other ports at every start; one that is started again keeps its target. */
async function withFixedPorts(task: TaskSpec, container: ContainerSpec): Promise<ContainerSpec> {
  if (task.networkMode !== 'bridge' || !container.restart) return container;
  const taken = new Set<number>();
  const portMappings = [];
  for (const mapping of container.portMappings) {
    const hostPort = mapping.hostPort || (await freePort('127.0.0.1', taken));
    taken.add(hostPort);
    portMappings.push({ ...mapping, hostPort });
  }
  return { ...container, portMappings };
}

const withContainer = (task: TaskSpec, container: ContainerSpec): TaskSpec => ({
  ...task,
  containers: task.containers.map((one) => (one.name === container.name ? container : one)),
});
