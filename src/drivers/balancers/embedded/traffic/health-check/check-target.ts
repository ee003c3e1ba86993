import type { HealthCheckConfig, TargetGroupConfig } from '../../../balancer.ts';
import { checkGrpcTarget } from '../http2/grpc-check.ts';
import { matchesCode, type CheckResult } from '../target-health.ts';
import { askHttp1 } from './ask-http1.ts';
import { askHttp2 } from './ask-http2.ts';

export interface Checked {
  readonly host: string;
  readonly port: number;
  readonly version: TargetGroupConfig['version'];
}

/** What this machine lacks when it cannot ask at all: files, ports, memory. */
const OWN_FAULTS: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'ENOBUFS', 'ENOMEM']);

/** Asks a target once, as ELB's health checker does, in the protocol of its group; it never rejects. */
export async function checkTarget(
  target: Checked,
  config: HealthCheckConfig,
  signal: AbortSignal,
): Promise<CheckResult> {
  const { host, port: trafficPort, version } = target;
  if (version === 'GRPC') return checkGrpcTarget(target, config, signal);
  const port = config.port === 'traffic-port' ? trafficPort : config.port;
  const authority = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  const asked = { host, port, authority, path: config.path, tls: config.protocol === 'https' };
  const ended = new AbortController();
  const end = () => ended.abort();
  let isLate = false;
  const limit = setTimeout(() => {
    isLate = true;
    end();
  }, config.timeout);
  signal.addEventListener('abort', end);
  try {
    const code = version === 'HTTP1' ? await askHttp1(asked, ended.signal) : await askHttp2(asked, ended.signal);
    return matchesCode(config.matcher, code) ? { found: 'ok' } : { found: 'wrong-code', code };
  } catch (error) {
    if (isLate) return { found: 'timeout' };
    const code = (error as NodeJS.ErrnoException).code ?? '';
    return { found: OWN_FAULTS.has(code) ? 'own-fault' : 'failed' };
  } finally {
    clearTimeout(limit);
    signal.removeEventListener('abort', end);
  }
}
