import { request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import { USER_AGENT, type Asked } from './asked.ts';

/** The status that a target answers by HTTP/1.1; redirects are not followed, certificates not verified. */
export function askHttp1({ host, port, authority, path, tls }: Asked, signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { Host: authority, 'User-Agent': USER_AGENT, Connection: 'close' };
    const options = { host, port, path, headers, agent: false, signal } as const;
    const probe = tls ? requestTls({ ...options, rejectUnauthorized: false }) : requestPlain(options);
    probe.on('error', reject);
    probe.on('response', ({ statusCode = 0 }) => {
      resolve(statusCode);
      probe.destroy();
    });
    probe.end();
  });
}
