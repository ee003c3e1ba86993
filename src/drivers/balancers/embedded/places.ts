import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** Where the balancer process and its driver meet. */
export interface Places {
  readonly socket: string;
  readonly pidFile: string;
  readonly log: string;
}

/** A Unix socket's path has room for about 104 bytes on the narrowest system. */
const LONGEST_SOCKET_PATH = 100;

export function placesIn(folder: string): Places {
  const inFolder = join(resolve(folder), 'balancer.sock');
  const digest = createHash('sha256').update(inFolder).digest('hex').slice(0, 24);
  const tooLong = Buffer.byteLength(inFolder) > LONGEST_SOCKET_PATH;
  return {
    socket: tooLong ? join(tmpdir(), `teal-${digest}.sock`) : inFolder,
    pidFile: join(folder, 'balancer.pid'),
    log: join(folder, 'balancer.log'),
  };
}
