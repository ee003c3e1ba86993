import type { Socket } from 'node:net';

interface Ends {
  readonly client: Socket;
  /** What the client sent behind its request. */
  readonly sent: Buffer;
  readonly target: Socket;
  /** What the target sent behind its 101. */
  readonly answered: Buffer;
}

/** Joins two connections until either ends. The target's idle timeout watches both ways: it sees reads and writes. */
export function splice({ client, sent, target, answered }: Ends, ended: () => void): void {
  client.setTimeout(0);
  client.on('error', () => target.destroy());
  client.on('close', () => target.destroy());
  target.on('close', () => {
    ended();
    client.end();
    // A client that never reads must not hold the connection for ever.
    client.setTimeout(5000, () => client.destroy());
  });
  if (answered.length > 0) client.write(answered);
  if (sent.length > 0) target.write(sent);
  target.pipe(client);
  client.pipe(target);
}
