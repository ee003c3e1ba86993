import type {
  BalancerConfig,
  BalancerObservation,
  Families,
  ListenerConfig,
  ListenerObservation,
  LoadBalancerObservation,
  TargetGroupConfig,
  TargetGroupObservation,
  TargetObservation,
} from '../balancer.ts';
import { healthOf } from './health.ts';
import { allOf, answerName, frontName, groupName, probeOf, serverName } from './names.ts';
import type { Totals } from './totals.ts';
import type { StatRow } from './stat.ts';
import type { TrafficLog } from './traffic-log.ts';

/** What was last read of every worker. */
export interface Seen {
  /** Of the present worker, by `PROXY/ITEM`. */
  readonly present: ReadonlyMap<string, StatRow>;
  readonly everyWorker: readonly StatRow[];
}

export interface Known {
  readonly config: BalancerConfig;
  readonly epoch: number;
  readonly seen: Seen;
  readonly totals: Totals;
  readonly log: TrafficLog;
  readonly secret: string;
  readonly listeners: readonly ListenerObservation[];
}

export function observation(known: Known): BalancerObservation {
  const names = [...new Set(known.config.listeners.map(({ loadBalancer }) => loadBalancer))];
  return {
    epoch: known.epoch,
    listeners: known.listeners,
    targetGroups: known.config.targetGroups.map((group) => groupObservation(group, known)),
    loadBalancers: names.map((name) => loadBalancerObservation(name, known)),
  };
}

/** Requests and tunnels at a server that have not ended, over every worker. */
export function inFlight(seen: Seen, group: string, server: string): number {
  return seen.everyWorker
    .filter(({ proxy, item }) => item === server && (proxy === group || proxy === allOf(group)))
    .reduce((sum, row) => sum + row.number('scur'), 0);
}

export function targetObservations(group: TargetGroupConfig, seen: Seen, secret: string): TargetObservation[] {
  const name = groupName(group.arn);
  return group.targets.map((target) => {
    const server = serverName(secret, target);
    const row = seen.present.get(`${name}/${server}`);
    const probe = seen.present.get(`${probeOf(name)}/${server}`);
    return {
      key: target.key,
      ...healthOf(group, target.draining, row, probe),
      inFlight: inFlight(seen, name, server),
    };
  });
}

function groupObservation(group: TargetGroupConfig, known: Known): TargetGroupObservation {
  const { totals, log } = known;
  const name = groupName(group.arn);
  const parts = [name, allOf(name)];
  const servers = parts.map((part) => totals.of(part, 'servers'));
  const backs = parts.map((part) => totals.of(part, 'back'));
  const sum = <T>(items: readonly T[], value: (item: T) => number) => items.reduce((all, item) => all + value(item), 0);
  const responses: Families = {
    '2xx': sum(servers, (counts) => counts.hrsp_2xx),
    '3xx': sum(servers, (counts) => counts.hrsp_3xx),
    '4xx': sum(servers, (counts) => counts.hrsp_4xx),
    '5xx': sum(servers, (counts) => counts.hrsp_5xx),
  };
  const answered = sum(backs, (counts) => counts.hrsp_2xx + counts.hrsp_3xx + counts.hrsp_4xx + counts.hrsp_5xx);
  const byTargets = responses['2xx'] + responses['3xx'] + responses['4xx'] + responses['5xx'];
  return {
    arn: group.arn,
    targets: targetObservations(group, known.seen, known.secret),
    requests: sum(servers, (counts) => counts.stot - counts.wretr - counts.wredis),
    responses,
    balancerErrors: Math.max(0, answered - byTargets),
    connectionErrors: sum(servers, (counts) => counts.econ),
    tlsErrors: sum(servers, (counts) => counts.ssl_failed_handshake),
    responseTimes: log.times(group.arn),
  };
}

/** What a shared port counts is its first load balancer's, but requests, which rules tell apart. */
function loadBalancerObservation(loadBalancer: string, known: Known): LoadBalancerObservation {
  const { config, totals, seen, log } = known;
  const listeners = config.listeners.filter((listener) => listener.loadBalancer === loadBalancer);
  const first = (port: number) => config.listeners.find((listener) => listener.port === port)?.loadBalancer;
  const own = new Map(listeners.filter(({ port }) => first(port) === loadBalancer).map((one) => [one.port, one]));
  const fronts = [...own.values()].map((listener) => totals.of(frontName(listener), 'front'));
  const names = new Set([...own.values()].map(frontName));
  const sum = <T>(items: readonly T[], value: (item: T) => number) => items.reduce((all, item) => all + value(item), 0);
  const answered = (type: 'fixed-response' | 'redirect', of = listeners) =>
    sum(
      of.flatMap((listener) =>
        listener.rules.filter(({ action }) => action.type === type).map((rule) => [listener, rule] as const),
      ),
      ([listener, rule]) => totals.of(allOf(answerName(listener, rule)), 'back').stot,
    );
  return {
    loadBalancer,
    requests: sum([...own.values()], (listener) => requestsOf(listener, known)) + sharedRequests(loadBalancer, known),
    ownAnswers: log.ownAnswers(loadBalancer),
    fixedResponses: answered('fixed-response'),
    redirects: answered('redirect'),
    newConnections: sum(fronts, (counts) => counts.conn_tot),
    activeConnections: seen.everyWorker
      .filter(({ proxy, item }) => item === 'FRONTEND' && names.has(proxy))
      .reduce((all, row) => all + row.number('scur'), 0),
    processedBytes: sum(fronts, (counts) => counts.bin + counts.bout),
    clientTlsErrors: sum(fronts, (counts) => counts.ssl_failed_handshake),
  };
}

/** All requests of a port but those for the load balancers that came to it later. */
function requestsOf(first: ListenerConfig, known: Known): number {
  const { port } = first;
  const others = new Set(
    known.config.listeners.filter((listener) => listener.port === port).map(({ loadBalancer }) => loadBalancer),
  );
  others.delete(first.loadBalancer);
  const theirs = [...others].reduce((sum, other) => sum + backendRequests(other, port, known), 0);
  return Math.max(0, known.totals.of(frontName(first), 'front').req_tot - theirs);
}

/** Requests on ports where another load balancer was first. */
function sharedRequests(loadBalancer: string, known: Known): number {
  const { listeners } = known.config;
  const ports = new Set(listeners.filter((listener) => listener.loadBalancer === loadBalancer).map(({ port }) => port));
  return [...ports]
    .filter((port) => listeners.find((listener) => listener.port === port)?.loadBalancer !== loadBalancer)
    .reduce((sum, port) => sum + backendRequests(loadBalancer, port, known), 0);
}

function backendRequests(loadBalancer: string, port: number, { config, totals }: Known): number {
  const backends = new Set<string>();
  for (const listener of config.listeners) {
    if (listener.loadBalancer !== loadBalancer || listener.port !== port) continue;
    for (const rule of listener.rules) {
      if (rule.action.type !== 'forward') backends.add(allOf(answerName(listener, rule)));
      else
        for (const { targetGroupArn } of rule.action.groups)
          for (const name of [groupName(targetGroupArn), allOf(groupName(targetGroupArn))]) backends.add(name);
    }
  }
  return [...backends].reduce((sum, backend) => sum + totals.of(backend, 'back').stot, 0);
}
