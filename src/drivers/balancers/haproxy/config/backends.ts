import type { ListenerConfig, TargetGroupConfig } from '../../balancer.ts';
import { allOf, frontName, groupName, NO_GROUP, probeOf, SUCCESSOR } from '../names.ts';
import { handOverSocket } from './frontend.ts';
import { returnPage, unreachedLines } from './pages.ts';
import { targetStickinessLines } from './stickiness.ts';
import { quote, section } from './text.ts';

const BALANCE = {
  round_robin: 'roundrobin',
  least_outstanding_requests: 'leastconn',
  weighted_random: 'random',
} as const satisfies Record<TargetGroupConfig['algorithm'], string>;

/** The server lines of a group's three backends. */
export interface ServerLines {
  readonly checked: readonly string[];
  readonly all: readonly string[];
  readonly probes: readonly string[];
}

/**
 * A group is three backends: its healthy targets, all its targets for when too few are healthy, and those that are
 * still starting.
 *
 * @param idle - milliseconds that a target may be silent
 */
export function groupBackends(group: TargetGroupConfig, servers: ServerLines, idle: number, secret: string): string {
  const name = groupName(group.arn);
  const carrying = [`balance ${BALANCE[group.algorithm]}`, `timeout server ${idle}ms`, `timeout tunnel ${idle}ms`];
  const requests = [
    'http-request disable-l7-retry unless { method GET HEAD OPTIONS }',
    ...(group.version === 'HTTP1' ? [] : [`${returnPage(464)} unless { req.ver 2.0 }`]),
    ...(group.stickiness ? targetStickinessLines(group.stickiness, name, secret) : []),
    ...unreachedLines(),
  ];
  const checks = group.healthCheck.enabled ? checkLines(group) : [];
  return [
    section(`backend ${name}`, [...carrying, ...requests, ...checks, ...servers.checked]),
    section(`backend ${allOf(name)}`, [...carrying, ...noneLines(allOf(name)), ...requests, ...servers.all]),
    ...(group.healthCheck.enabled
      ? [section(`backend ${probeOf(name)}`, [`balance roundrobin`, ...checks, ...servers.probes])]
      : []),
  ].join('');
}

/** Nothing is registered. */
const noneLines = (name: string): string[] => [
  `http-request set-var(txn.none) bool(true) if { nbsrv(${name}) lt 1 }`,
  `${returnPage(503)} if { var(txn.none) -m found }`,
];

function checkLines({ healthCheck, version }: TargetGroupConfig): string[] {
  const headers = 'hdr Host "%[bc_dst]:%[bc_dst_port]" hdr User-Agent ELB-HealthChecker/2.0';
  const timeout = `timeout check ${Math.max(1, Math.round(healthCheck.timeout))}ms`;
  if (version === 'GRPC')
    return [
      'option httpchk',
      timeout,
      `http-check send meth POST uri ${quote(healthCheck.path)} ver HTTP/2.0 ${headers} hdr Content-Type application/grpc hdr TE trailers body-lf "%[str(AAAAAAA=),b64dec]"`,
      `http-check expect hdr name grpc-status value -m reg ${quote(oneOf(healthCheck.matcher))}`,
    ];
  return [
    'option httpchk',
    timeout,
    `http-check send meth GET uri ${quote(healthCheck.path)} ver HTTP/1.1 ${headers}`,
    `http-check expect status ${healthCheck.matcher}`,
  ];
}

/** An expression of the numbers in a matcher such as `12` or `0-99`. */
function oneOf(matcher: string): string {
  const numbers = matcher.split(',').flatMap((part) => {
    const [low = 0, high = low] = part.split('-').map(Number);
    return Array.from({ length: high - low + 1 }, (_, index) => low + index);
  });
  return `^(${numbers.join('|')})$`;
}

/** Where requests go that no group gets, and those of a superseded worker: to the same port of the present one. */
export function commonBackends(first: readonly ListenerConfig[]): string {
  return [
    section(`backend ${allOf(NO_GROUP)}`, [returnPage(503)]),
    section(`backend ${allOf(SUCCESSOR)}`, [
      'http-reuse never',
      'use-server %[fe_name] if TRUE',
      ...first.map((listener) => `server ${frontName(listener)} unix@${handOverSocket(listener.port)} send-proxy-v2`),
    ]),
  ].join('');
}
