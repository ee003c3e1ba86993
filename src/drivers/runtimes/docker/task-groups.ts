import { existsSync } from 'node:fs';
import type { TaskSpec } from '../runtime.ts';
import { cgroupfsV1 } from './cgroups/cgroupfs-v1.ts';
import { cgroupfsV2 } from './cgroups/cgroupfs-v2.ts';
import type { ControlGroups } from './cgroups/control-groups.ts';
import { systemdSlices } from './cgroups/systemd-slices.ts';
import type { EngineFacts } from './engine-facts.ts';
import { containerPrefix } from './names.ts';

/**
 * Holds the containers of a task together to the task's CPU and memory, by a control group above them that Teal makes
 * and removes. A task of one container needs none: its container has the same limits.
 */
export class TaskGroups {
  readonly #instance: string;
  readonly #groups: ControlGroups | undefined;
  readonly #note: (text: string) => void;

  constructor(instance: string, facts: EngineFacts, note: (text: string) => void) {
    this.#instance = instance;
    this.#note = note;
    const found = groupsOf(facts);
    this.#groups = typeof found === 'string' ? undefined : found;
    if (typeof found === 'string') note(`${CAPPED}: ${found}`);
  }

  /**
   * Makes the group of a task with its limits, or does nothing when it is there.
   *
   * @returns what the Engine calls it; `undefined` when the task needs none, or none can be had
   */
  async ensure(task: TaskSpec): Promise<string | undefined> {
    if (!this.#groups || !needsGroup(task)) return undefined;
    try {
      return await this.#groups.ensure(this.#nameOf(task.taskId), {
        ...(task.cpu !== undefined && { cpus: task.cpu / 1024 }),
        ...(task.memory !== undefined && { memoryBytes: task.memory * 1024 * 1024 }),
      });
    } catch (cause) {
      this.#note(`${CAPPED} (task ${task.taskId}): ${cause instanceof Error ? cause.message : String(cause)}`);
      return undefined;
    }
  }

  async remove(task: TaskSpec): Promise<void> {
    if (needsGroup(task)) await this.#groups?.remove(this.#nameOf(task.taskId));
  }

  /** Removes the groups of tasks that are gone, which a crash left. */
  async removeStrays(isGone: (taskId: string) => boolean): Promise<void> {
    const prefix = containerPrefix(this.#instance);
    for (const name of (await this.#groups?.list(prefix)) ?? [])
      if (isGone(name.slice(prefix.length))) await this.#groups?.remove(name);
  }

  #nameOf(taskId: string): string {
    return `${containerPrefix(this.#instance)}${taskId}`;
  }
}

const CAPPED = "a task's CPU and memory limit each of its containers, not all of them together";

export const needsGroup = ({ containers, cpu, memory }: TaskSpec): boolean =>
  containers.length > 1 && (cpu !== undefined || memory !== undefined);

/** @returns why none can be had */
export function groupsOf({ isHere, cgroups }: EngineFacts): ControlGroups | string {
  if (!isHere) return "the Docker Engine's control groups are not this machine's";
  if (process.getuid?.() !== 0) return 'only root can make control groups';
  if (cgroups.driver === 'systemd')
    return existsSync('/run/systemd/system') ? systemdSlices() : 'the Docker Engine uses a systemd that is not here';
  if (cgroups.driver !== 'cgroupfs') return `the Docker Engine has no control groups (${cgroups.driver})`;
  return cgroups.version === '2' ? cgroupfsV2() : cgroupfsV1();
}
