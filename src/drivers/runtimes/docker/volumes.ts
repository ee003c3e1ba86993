import type Docker from 'dockerode';
import type { TaskSpec, VolumeSpec } from '../runtime.ts';
import { unless } from './engine.ts';
import { sourceOf } from './host-config.ts';
import { LABEL, ownerOfVolume, volumePrefix } from './names.ts';

/** Makes the volumes of a task that the Engine keeps, or does nothing for those it has. @throws the Engine's reason */
export async function ensureVolumes(engine: Docker, task: TaskSpec, instance: string): Promise<void> {
  for (const volume of task.volumes ?? []) await ensureVolume(engine, task, volume, instance);
}

async function ensureVolume(engine: Docker, task: TaskSpec, volume: VolumeSpec, instance: string): Promise<void> {
  if (volume.kind === 'host') return;
  const Name = sourceOf(task, volume, { instance });
  const own = { [LABEL.instance]: instance, [LABEL.task]: task.taskId };
  if (volume.kind === 'task') return void (await engine.createVolume({ Name, Labels: own }));
  if (volume.isShared && !volume.isProvisioned) {
    // Creating would quietly make an empty one.
    await engine.getVolume(Name).inspect();
    return;
  }
  await engine.createVolume({
    Name,
    Driver: volume.driver,
    DriverOpts: { ...volume.options },
    Labels: { ...volume.labels, ...(volume.isShared ? {} : own) },
  });
}

/**
 * Removes the volumes that end with a task, for every task that is gone. They are found by name: an Engine that ends
 * while it removes one can keep the folder and lose the labels, and has a volume without labels when it starts again.
 */
export async function removeVolumes(
  engine: Docker,
  instance: string,
  isGone: (taskId: string) => boolean,
): Promise<void> {
  const filters = JSON.stringify({ name: [volumePrefix(instance)] });
  // Typed as if it took only a callback; the Engine says null for none.
  const list = engine.listVolumes.bind(engine) as unknown as (
    options: object,
  ) => Promise<{ Volumes: { readonly Name: string }[] | null }>;
  const { Volumes } = await list({ filters });
  for (const { Name } of Volumes ?? []) {
    const taskId = ownerOfVolume(instance, Name);
    if (taskId !== undefined && isGone(taskId)) await engine.getVolume(Name).remove().catch(unless(404));
  }
}
