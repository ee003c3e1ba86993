import { connect } from 'node:http2';
import { USER_AGENT, type Asked } from './asked.ts';

/** The status that a target answers by HTTP/2, which it is known to speak; certificates are not verified. */
export function askHttp2({ host, port, authority, path, tls }: Asked, signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const scheme = tls ? 'https' : 'http';
    const session = connect(`${scheme}://${authority}`, { host, port, rejectUnauthorized: false });
    const fail = (error: Error) => {
      reject(error);
      session.destroy();
    };
    const abort = () => fail(new Error('the health check was ended'));
    signal.addEventListener('abort', abort, { once: true });
    session.on('close', () => {
      signal.removeEventListener('abort', abort);
      reject(new Error('the target closed the connection'));
    });
    session.on('error', fail);
    const stream = session.request({ ':path': path, 'user-agent': USER_AGENT });
    stream.on('error', fail);
    stream.on('response', (headers) => {
      resolve(headers[':status'] ?? 0);
      session.destroy();
    });
    stream.end();
  });
}
