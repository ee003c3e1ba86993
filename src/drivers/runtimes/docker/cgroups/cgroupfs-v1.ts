import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PERIOD_MICROS, quotaMicros, type ControlGroups } from './control-groups.ts';
import { removeGroup } from './remove-group.ts';

/**
 * Version 1: a tree for each controller. The Engine makes the group in every tree when it starts a container; Teal
 * makes it first where it has a limit. Source: Linux, Documentation/admin-guide/cgroup-v1.
 */
export function cgroupfsV1(root = '/sys/fs/cgroup'): ControlGroups {
  const trees = async (): Promise<string[]> =>
    (await readdir(root, { withFileTypes: true }))
      .filter((one) => one.isDirectory())
      .map(({ name }) => join(root, name));
  return {
    async ensure(name, { cpus, memoryBytes }) {
      if (memoryBytes !== undefined) {
        const group = join(root, 'memory', name);
        await mkdir(group, { recursive: true });
        await writeFile(join(group, 'memory.limit_in_bytes'), String(memoryBytes));
      }
      if (cpus !== undefined) {
        const group = join(root, 'cpu', name);
        await mkdir(group, { recursive: true });
        await writeFile(join(group, 'cpu.cfs_period_us'), String(PERIOD_MICROS));
        await writeFile(join(group, 'cpu.cfs_quota_us'), String(quotaMicros(cpus)));
      }
      return `/${name}`;
    },
    async remove(name) {
      for (const tree of await trees()) await removeGroup(join(tree, name));
    },
    async list(prefix) {
      const found = await Promise.all((await trees()).map((tree) => readdir(tree, { withFileTypes: true })));
      const names = found.flat().filter((one) => one.isDirectory() && one.name.startsWith(prefix));
      return [...new Set(names.map(({ name }) => name))];
    },
  };
}
