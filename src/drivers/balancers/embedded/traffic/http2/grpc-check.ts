import { connect, type ClientHttp2Session, type IncomingHttpHeaders } from 'node:http2';
import { isIPv6 } from 'node:net';
import type { HealthCheckConfig } from '../../../balancer.ts';
import { matchesCode, type CheckResult } from '../target-health.ts';

/** A message of no bytes: not compressed, length 0. Source: gRPC over HTTP/2, Length-Prefixed-Message. */
const EMPTY_MESSAGE = Buffer.alloc(5);

/**
 * Calls a gRPC method of a target once with an empty message, as ELB's health checker does; it never rejects.
 *
 * @param config - `path` names the method, such as `/AWS.ALB/healthcheck`; the matcher is of gRPC's own status
 */
export function checkGrpcTarget(
  target: { readonly host: string; readonly port: number },
  config: HealthCheckConfig,
  signal: AbortSignal,
): Promise<CheckResult> {
  const port = config.port === 'traffic-port' ? target.port : config.port;
  const host = isIPv6(target.host) ? `[${target.host}]` : target.host;
  return new Promise((resolve) => {
    const session = connect(`${config.protocol}://${host}:${port}`, { rejectUnauthorized: false });
    const finish = (result: CheckResult) => {
      clearTimeout(limit);
      signal.removeEventListener('abort', failed);
      session.destroy();
      resolve(result);
    };
    const failed = () => finish({ found: 'failed' });
    const limit = setTimeout(() => finish({ found: 'timeout' }), config.timeout);
    signal.addEventListener('abort', failed);
    session.on('error', failed);
    session.on('close', failed);
    if (signal.aborted) return failed();
    call(session, config, `${host}:${port}`, (code) => {
      if (code === undefined) failed();
      else finish(matchesCode(config.matcher, code) ? { found: 'ok' } : { found: 'wrong-code', code });
    });
  });
}

/** @param done - gets the status of gRPC, or undefined where the answer has none */
function call(
  session: ClientHttp2Session,
  { path }: HealthCheckConfig,
  authority: string,
  done: (code: number | undefined) => void,
): void {
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    ':authority': authority,
    'content-type': 'application/grpc',
    'user-agent': 'ELB-HealthChecker/2.0',
    te: 'trailers',
  });
  let code: number | undefined;
  // An answer without a message has its status in its only header block.
  const read = (block: IncomingHttpHeaders) => {
    const status = block['grpc-status'];
    if (typeof status === 'string' && /^\d{1,3}$/.test(status)) code = Number(status);
  };
  stream.on('response', read);
  stream.on('trailers', read);
  stream.on('error', () => undefined); // 'close' follows
  stream.on('close', () => done(code));
  stream.resume();
  stream.end(EMPTY_MESSAGE);
}
