import type { IncomingMessage } from 'node:http';
import { BodyTooLarge } from './request.ts';

/** Reads a body whole, and stops at the limit. @throws {BodyTooLarge} */
export function readIncoming(incoming: IncomingMessage, atMost: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    if (Number(incoming.headers['content-length'] ?? 0) > atMost) return reject(new BodyTooLarge());
    const chunks: Buffer[] = [];
    let length = 0;
    const finish = (settle: () => void) => {
      incoming.off('data', onData).off('end', onEnd).off('close', onClose);
      settle();
    };
    const onData = (chunk: Buffer) => {
      length += chunk.length;
      if (length > atMost) return finish(() => reject(new BodyTooLarge()));
      chunks.push(chunk);
    };
    const onEnd = () => finish(() => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    const onClose = () => finish(() => reject(new Error('the client went away')));
    incoming.on('data', onData).on('end', onEnd).on('close', onClose);
    if (incoming.destroyed && !incoming.complete) onClose();
  });
}
