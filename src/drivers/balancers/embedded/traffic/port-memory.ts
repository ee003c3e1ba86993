import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The port that was asked for; listeners that speak TLS share none with those that do not. */
export type PortKey = number | `tls:${number}`;

/** Which free port stands in for one that could not be opened, kept in a file so that a restart finds the same. */
export interface PortMemory {
  recall(asked: PortKey): number | undefined;
  remember(asked: PortKey, bound: number): void;
  forget(asked: PortKey): void;
}

export function openPortMemory(folder: string): PortMemory {
  const file = join(folder, 'ports.json');
  const ports = new Map(Object.entries(readPorts(file)));
  const save = () => {
    writeFileSync(`${file}.new`, JSON.stringify(Object.fromEntries(ports)));
    renameSync(`${file}.new`, file);
  };
  return {
    recall: (asked) => ports.get(String(asked)),
    remember(asked, bound) {
      if (ports.get(String(asked)) === bound) return;
      ports.set(String(asked), bound);
      save();
    },
    forget(asked) {
      if (ports.delete(String(asked))) save();
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
