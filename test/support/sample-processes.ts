import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The sample service's processes that belong to the Teal of one data folder, found by the mark in their environment. */
export async function sampleProcesses(data: string): Promise<number[]> {
  const mark = `TEAL_TASK=${(await readFile(join(data, 'instance'), 'utf8')).trim()}:`;
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(pids.map(async (pid) => ((await isSample(pid, mark)) ? Number(pid) : undefined)));
  return found.filter((pid) => pid !== undefined);
}

async function isSample(pid: string, mark: string): Promise<boolean> {
  try {
    const [command, environment] = await Promise.all([
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
      readFile(`/proc/${pid}/environ`, 'utf8'),
    ]);
    const [program = '', flag] = command.split('\0');
    return program.endsWith('node') && flag === '-e' && environment.includes(mark);
  } catch {
    return false; // it has ended meanwhile
  }
}
