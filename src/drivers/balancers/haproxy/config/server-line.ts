import type { TargetConfig, TargetGroupConfig } from '../../balancer.ts';

/** How often a target that is still starting is tried, in milliseconds. */
const EAGER = 250;

const address = ({ host, port }: TargetConfig): string =>
  host.includes(':') ? `ipv6@${host}:${port}` : `${host}:${port}`;

/** What follows a server's name, in a config line and in `add server` alike. Never verifies a certificate, as ALB. */
export function trafficServer(group: TargetGroupConfig, target: TargetConfig): string {
  const h2 = group.version !== 'HTTP1';
  const tls = group.protocol === 'https' ? ` ssl verify none${h2 ? ' alpn h2' : ''}` : h2 ? ' proto h2' : '';
  return `${address(target)} weight 100${tls}`;
}

/** A server whose health decides whether it gets requests. */
export function checkedServer(group: TargetGroupConfig, target: TargetConfig): string {
  const { interval, unhealthyThreshold, healthyThreshold } = group.healthCheck;
  const slow = group.slowStart > 0 ? ` slowstart ${group.slowStart}ms` : '';
  const pace = whole(interval);
  const counts = `fall ${unhealthyThreshold} rise ${healthyThreshold}`;
  return (
    `${trafficServer(group, target)} check inter ${pace} fastinter ${pace} downinter ${pace} ${counts}` +
    `${checkOptions(group, target)}${slow}`
  );
}

/** A server that is only checked, until it answers as wanted for the first time. */
export function probeServer(group: TargetGroupConfig, target: TargetConfig): string {
  const pace = whole(Math.min(EAGER, group.healthCheck.interval));
  return (
    `${trafficServer(group, target)} check inter ${pace} fastinter ${pace} downinter ${pace} fall 1 rise 1` +
    checkOptions(group, target)
  );
}

/** The port is always said: otherwise a check would inherit TLS from the traffic. */
function checkOptions({ healthCheck, version }: TargetGroupConfig, target: TargetConfig): string {
  const port = healthCheck.port === 'traffic-port' ? target.port : healthCheck.port;
  const h2 = version !== 'HTTP1';
  if (healthCheck.protocol === 'https') return ` port ${port} check-ssl verify none${h2 ? ' check-alpn h2' : ''}`;
  return ` port ${port}${h2 ? ' check-proto h2' : ''}`;
}

const whole = (span: number): string => `${Math.max(1, Math.round(span))}ms`;
