import type { Socket } from 'node:net';

interface Ends {
  readonly client: Socket;
  /** What the client sent behind its request. */
  readonly sent: Buffer;
  readonly target: Socket;
  /** What the target sent behind its 101. */
  readonly answered: Buffer;
  /** Milliseconds without a byte either way. */
  readonly idleTimeout: number;
}

/** How long a client may take to read what is left when its target has gone, in milliseconds. */
const LAST_READ = 5000;

/**
 * Joins two connections until either ends.
 *
 * @param ended - is told the bytes that passed to the target and to the client
 */
export function splice(ends: Ends, ended: (toTarget: number, toClient: number) => void): void {
  const { client, sent, target, answered, idleTimeout } = ends;
  const before = { target: target.bytesWritten, client: client.bytesWritten };
  // The target's timeout watches both ways: it sees reads and writes.
  target.setTimeout(idleTimeout, () => target.destroy());
  client.on('error', () => target.destroy());
  client.on('close', () => target.destroy());
  target.on('close', () => {
    ended(target.bytesWritten - before.target, client.bytesWritten - before.client);
    client.end();
    client.setTimeout(LAST_READ, () => client.destroy());
  });
  if (answered.length > 0) client.write(answered);
  if (sent.length > 0) target.write(sent);
  target.pipe(client);
  client.pipe(target);
}
