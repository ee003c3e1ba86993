import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Process ids of this Teal's tasks that run one version of one service. */
export function taskPids(data: string, service: string, version: string): readonly number[] {
  const wanted = [`SERVICE=${service}`, `VERSION=${version}`];
  const mark = `TEAL_TASK=${readFileSync(join(data, 'instance'), 'utf8').trim()}:`;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      const variables = environmentOf(pid);
      return variables.some((each) => each.startsWith(mark)) && wanted.every((each) => variables.includes(each));
    })
    .map(Number);
}

function environmentOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return []; // it has ended meanwhile, or is not ours to read
  }
}
