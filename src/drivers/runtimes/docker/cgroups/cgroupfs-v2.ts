import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PERIOD_MICROS, quotaMicros, type ControlGroups } from './control-groups.ts';
import { removeGroup } from './remove-group.ts';

/** Version 2: one tree. Source: Linux, Documentation/admin-guide/cgroup-v2.rst. */
export function cgroupfsV2(root = '/sys/fs/cgroup'): ControlGroups {
  return {
    async ensure(name, { cpus, memoryBytes }) {
      // A group has the files of those controllers that the one above it hands down.
      await writeFile(join(root, 'cgroup.subtree_control'), '+cpu +memory');
      const group = join(root, name);
      await mkdir(group, { recursive: true });
      if (memoryBytes !== undefined) await writeFile(join(group, 'memory.max'), String(memoryBytes));
      if (cpus !== undefined) await writeFile(join(group, 'cpu.max'), `${quotaMicros(cpus)} ${PERIOD_MICROS}`);
      return `/${name}`;
    },
    remove: (name) => removeGroup(join(root, name)),
    async list(prefix) {
      const found = await readdir(root, { withFileTypes: true });
      return found.filter((one) => one.isDirectory() && one.name.startsWith(prefix)).map(({ name }) => name);
    },
  };
}
