import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Which free port stands in for one that could not be opened, kept in a file so that a restart finds the same. */
export interface PortMemory {
  recall(asked: number): number | undefined;
  remember(asked: number, bound: number): void;
  forget(asked: number): void;
}

export function openPortMemory(folder: string): PortMemory {
  const file = join(folder, 'ports.json');
  const ports = new Map(Object.entries(readPorts(file)).map(([asked, bound]) => [Number(asked), bound]));
  const save = () => {
    writeFileSync(`${file}.new`, JSON.stringify(Object.fromEntries(ports)));
    renameSync(`${file}.new`, file);
  };
  return {
    recall: (asked) => ports.get(asked),
    remember(asked, bound) {
      if (ports.get(asked) === bound) return;
      ports.set(asked, bound);
      save();
    },
    forget(asked) {
      if (ports.delete(asked)) save();
    },
  };
}

function readPorts(file: string): Record<string, number> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>;
  } catch {
    return {}; // missing or torn: a new port is found, and remembered again
  }
}
