import { randomBytes } from 'node:crypto';

/** An X-Ray trace header for an invocation that came without one; not sampled. Source: X-Ray, tracing header. */
export function newTraceId(now: Date): string {
  const second = Math.floor(now.getTime() / 1000).toString(16);
  return `Root=1-${second.padStart(8, '0')}-${randomBytes(12).toString('hex')};Parent=${randomBytes(8).toString('hex')};Sampled=0`;
}
