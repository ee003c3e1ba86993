import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { PERIOD_MICROS, quotaMicros, type ControlGroups } from './control-groups.ts';

const run = promisify(execFile);

const sliceOf = (name: string): string => `${name}.slice`;

/**
 * Slices of systemd, which an Engine with that driver puts containers in. Limits are set for as long as the machine is
 * up. Source: systemd.resource-control(5), systemctl(1).
 */
export function systemdSlices(
  systemctl = async (...words: string[]) => (await run('systemctl', words)).stdout,
): ControlGroups {
  return {
    async ensure(name, { cpus, memoryBytes }) {
      const properties = [
        ...(memoryBytes === undefined ? [] : [`MemoryMax=${memoryBytes}`]),
        ...(cpus === undefined ? [] : [`CPUQuota=${(quotaMicros(cpus) * 100) / PERIOD_MICROS}%`]),
      ];
      await systemctl('start', sliceOf(name));
      await systemctl('set-property', '--runtime', sliceOf(name), ...properties);
      return sliceOf(name);
    },
    async remove(name) {
      await systemctl('stop', sliceOf(name));
      await systemctl('revert', sliceOf(name));
    },
    async list(prefix) {
      const listed = await systemctl('list-units', '--all', '--plain', '--no-legend', '--type=slice', `${prefix}*`);
      return listed.split('\n').flatMap((line) => /^(\S+)\.slice\s/.exec(line)?.[1] ?? []);
    },
  };
}
