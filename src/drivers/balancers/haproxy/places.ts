import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where the driver and HAProxy meet. HAProxy runs in the folder, so the sockets of its own have short names there. */
export interface Places {
  readonly folder: string;
  readonly masterSocket: string;
  readonly adminSocket: string;
  readonly markerSocket: string;
  readonly pidFile: string;
  readonly log: string;
}

/** A Unix socket's path has room for about 104 bytes, and HAProxy binds one with a suffix first. */
const LONGEST_SOCKET_PATH = 85;

export function placesIn(folder: string): Places {
  const socket = (name: string) => {
    const inFolder = join(folder, name);
    if (Buffer.byteLength(inFolder) <= LONGEST_SOCKET_PATH && !/\s/.test(inFolder)) return inFolder;
    return join(tmpdir(), `teal-${createHash('sha256').update(inFolder).digest('hex').slice(0, 24)}.sock`);
  };
  return {
    folder,
    masterSocket: socket('master.sock'),
    adminSocket: socket('admin.sock'),
    markerSocket: socket('marker.sock'),
    pidFile: join(folder, 'haproxy.pid'),
    log: join(folder, 'haproxy.log'),
  };
}
