import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** Where the balancer process and its driver meet. */
export interface Places {
  readonly socket: string;
  /** Names the process behind the socket; written when the socket is there. */
  readonly pidFile: string;
  /** What its claims' names begin with: see `claim`. */
  readonly claims: string;
  readonly log: string;
}

/** A Unix socket's path has room for about 104 bytes on the narrowest system; a process adds its pid while it moves in. */
const LONGEST_SOCKET_PATH = 90;

export function placesIn(folder: string): Places {
  const inFolder = join(resolve(folder), 'balancer.sock');
  const digest = createHash('sha256').update(inFolder).digest('hex').slice(0, 24);
  const tooLong = Buffer.byteLength(inFolder) > LONGEST_SOCKET_PATH;
  return {
    socket: tooLong ? join(tmpdir(), `teal-${digest}.sock`) : inFolder,
    pidFile: join(folder, 'balancer.pid'),
    claims: join(folder, 'balancer.claim'),
    log: join(folder, 'balancer.log'),
  };
}
