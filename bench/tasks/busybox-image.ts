import { spawnSync } from 'node:child_process';

const IMAGE = 'teal-bench-busybox:1';

/** Runs until it is told to end, and then ends at once. */
export const PROGRAM = ['/bin/busybox', 'sleep', '3600'] as const;

/** Imports the machine's static busybox as an image, once. @throws when there is none */
export function ensureBusyboxImage(): string {
  if (spawnSync('docker', ['image', 'inspect', IMAGE]).status === 0) return IMAGE;
  const script = `tar -C / -c "$(readlink -f /bin/busybox | cut -c2-)" --transform 's,.*busybox,bin/busybox,' | docker import - ${IMAGE}`;
  const { status, stderr } = spawnSync('sh', ['-c', `test -x /bin/busybox && ${script}`], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the bench needs Docker and a static busybox (busybox-static): ${stderr}`);
  return IMAGE;
}
