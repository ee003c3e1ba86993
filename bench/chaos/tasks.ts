import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Process ids of this Teal's tasks that run one version of one service: the programs, not what starts them. */
export function taskPids(data: string, service: string, version: string): readonly number[] {
  const wanted = [`SERVICE=${service}`, `VERSION=${version}`];
  const mark = `TEAL_TASK=${readFileSync(join(data, 'instance'), 'utf8').trim()}:`;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      const variables = readParts(pid, 'environ');
      const [program = '', flag] = readParts(pid, 'cmdline');
      if (!program.endsWith('node') || flag !== '-e') return false;
      return variables.some((each) => each.startsWith(mark)) && wanted.every((each) => variables.includes(each));
    })
    .map(Number);
}

function readParts(pid: string, file: 'environ' | 'cmdline'): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0');
  } catch {
    return []; // it has ended meanwhile, or is not ours to read
  }
}
