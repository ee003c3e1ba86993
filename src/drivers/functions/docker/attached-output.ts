import { Transform, type TransformCallback } from 'node:stream';

const HEADER = 8;

/** Takes the Engine's frames off an attached output. Source: Docker Engine API, stream format of attach. */
export function withoutFrames(): Transform {
  let header: Buffer = Buffer.alloc(0);
  /** Of the current frame, not passed on yet. */
  let left = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      for (let at = 0; at < chunk.length;) {
        if (left === 0) {
          const part = chunk.subarray(at, at + HEADER - header.length);
          header = Buffer.concat([header, part]);
          at += part.length;
          if (header.length < HEADER) break;
          left = header.readUInt32BE(4);
          header = Buffer.alloc(0);
          continue;
        }
        const body = chunk.subarray(at, at + left);
        at += body.length;
        left -= body.length;
        this.push(body);
      }
      done();
    },
  });
}
