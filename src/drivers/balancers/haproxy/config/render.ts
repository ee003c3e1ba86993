import { createHash } from 'node:crypto';
import type { BalancerConfig, ListenerConfig, RuleConfig, TargetGroupConfig } from '../../balancer.ts';
import { groupName, probeOf, serverName } from '../names.ts';
import { stateFile, type StartState } from '../server-states.ts';
import { wantedServers } from '../servers.ts';
import { answerBackend } from './answers.ts';
import { commonBackends, groupBackends } from './backends.ts';
import { frontend, toldPort, type Front } from './frontend.ts';
import { LOG_RING, RING_BYTES } from './log-format.ts';
import { EPOCH, mapFile, STICK, stickEntries, STRUCTURE, weightEntries, WEIGHTS } from './maps.ts';
import { errorFileLines, pageFiles } from './pages.ts';
import { section } from './text.ts';
import { tlsFiles } from './tls.ts';

/** What a config needs to know of this run. */
export interface Facts {
  readonly host: string;
  readonly boundPorts: ReadonlyMap<number, number>;
  /** ARNs of the groups that have backends. */
  readonly groups: ReadonlySet<string>;
  /** Signs cookies; base64. */
  readonly secret: string;
  readonly adminSocket: string;
  readonly markerSocket: string;
}

/** Connect timeouts and retries as an Application Load Balancer has them. Source: ELB User Guide, HTTP 504. */
const DEFAULTS = [
  'mode http',
  'timeout connect 10s',
  'timeout client 60s',
  'timeout server 60s',
  'retries 2',
  'option redispatch 1',
  'retry-on conn-failure empty-response',
  'option abortonclose',
  'option idle-close-on-response',
  'http-reuse safe',
  'load-server-state-from-file global',
];

/** Room for 32 KiB of headers; more would be memory of every connection. */
const GLOBAL = [
  'nbthread 1',
  'server-state-file servers.state',
  'tune.http.maxhdr 256',
  'tune.bufsize 32768',
  'ssl-default-server-options ssl-min-ver TLSv1.0',
  // Of connections that follow the log, which send nothing.
  'stats timeout 20d',
  'stats maxconn 32',
];

/**
 * Writes all that cannot change without a reload: everything but servers, weights and stickiness.
 *
 * @param healthOf - what was known of each server; without it there are no servers in the text
 */
function configText(config: BalancerConfig, facts: Facts, healthOf?: HealthBefore): string {
  const fronts = frontsOf(config.listeners, facts);
  const groups = config.targetGroups.filter(({ arn }) => facts.groups.has(arn));
  return [
    section('global', [...GLOBAL, `stats socket unix@${facts.adminSocket} mode 600 level admin`]),
    // Without a server: one that is away would be tried again in a busy loop.
    section(`ring ${LOG_RING}`, ['format raw', 'maxlen 16384', `size ${RING_BYTES}`]),
    section('defaults', [...DEFAULTS, ...errorFileLines()]),
    markerFrontend(facts),
    ...fronts.map((front) => frontend(front, groups, facts.secret)),
    ...fronts.flatMap((front) => answers(front).map(({ text }) => text)),
    commonBackends(fronts.flatMap(({ listeners }) => listeners.slice(0, 1))),
    ...groups.map((group) => groupText(group, config, facts, healthOf)),
  ].join('\n');
}

/** A request to it comes out of the log behind all that were logged before. */
function markerFrontend(facts: Facts): string {
  return section('frontend marker', [
    `bind unix@${facts.markerSocket} mode 600`,
    `log ring@${LOG_RING} format raw local0 info`,
    "log-format 'm %rt %HP'",
    // HAProxy forgets a map that no rule asks, and what was applied is written there.
    `http-request set-var(txn.epoch) str(${EPOCH}),map_str(${WEIGHTS})`,
    'http-request return status 200',
  ]);
}

const answers = (front: Front) =>
  front.listeners.flatMap((listener) =>
    listener.rules.flatMap((rule) => answerBackend(listener, rule, toldPort(front)) ?? []),
  );

function groupText(group: TargetGroupConfig, config: BalancerConfig, facts: Facts, healthOf?: HealthBefore): string {
  const staying = healthOf ? wantedServers(group, facts.secret).filter(({ draining }) => !draining) : [];
  const starting = staying.filter(({ name }) => healthOf?.(`${groupName(group.arn)}/${name}`) === 'initial');
  const servers = {
    checked: staying.map(({ name, checked }) => `server ${name} ${checked}`),
    all: staying.map(({ name, all }) => `server ${name} ${all}`),
    probes: starting.map(({ name, probe }) => `server ${name} ${probe}`),
  };
  const user = config.listeners.find(({ rules }) => rules.some((rule) => names(rule, group.arn)));
  return groupBackends(group, servers, user?.http.idleTimeout ?? 60_000, facts.secret);
}

const names = ({ action }: RuleConfig, arn: string): boolean =>
  action.type === 'forward' && action.groups.some(({ targetGroupArn }) => targetGroupArn === arn);

function frontsOf(listeners: readonly ListenerConfig[], { boundPorts, host }: Facts): Front[] {
  return [...new Set(listeners.map(({ port }) => port))].map((port) => ({
    port,
    host,
    boundPort: boundPorts.get(port) ?? port,
    listeners: listeners.filter((listener) => listener.port === port),
  }));
}

/** Everything HAProxy reads at its start, by file name. */
export interface Rendered {
  readonly files: Readonly<Record<string, string>>;
  /** The same for two configs that differ only in what needs no reload. */
  readonly structure: string;
}

export const CONFIG_FILE = 'haproxy.cfg';

/** What was known of a server, by `BACKEND/SERVER`: `initial` also of one that is new. */
export type HealthBefore = (server: string) => 'up' | 'down' | 'initial';

export function render(config: BalancerConfig, facts: Facts, healthOf: HealthBefore): Rendered {
  const fixed = structureFiles(config, facts);
  const structure = createHash('sha256').update(configText(config, facts)).update(JSON.stringify(fixed)).digest('hex');
  const weights = weightEntries(config).set(EPOCH, String(config.epoch)).set(STRUCTURE, structure);
  return {
    structure,
    files: {
      ...fixed,
      [CONFIG_FILE]: configText(config, facts, healthOf),
      [WEIGHTS]: mapFile(weights),
      [STICK]: mapFile(stickEntries(config)),
      'servers.state': stateFile(startStates(config, facts, healthOf)),
    },
  };
}

function structureFiles(config: BalancerConfig, facts: Facts): Record<string, string> {
  const fronts = frontsOf(config.listeners, facts);
  return Object.assign(
    {},
    pageFiles(),
    tlsFiles(config.listeners),
    ...fronts.flatMap((front) => answers(front).map(({ files }) => files)),
  ) as Record<string, string>;
}

function startStates(config: BalancerConfig, facts: Facts, healthOf: HealthBefore): StartState[] {
  return config.targetGroups
    .filter((group) => facts.groups.has(group.arn) && group.healthCheck.enabled)
    .flatMap((group) => {
      const name = groupName(group.arn);
      const { healthyThreshold, unhealthyThreshold } = group.healthCheck;
      return group.targets.flatMap((target) => {
        const server = serverName(facts.secret, target);
        const same = { server, host: target.host, port: target.port, tls: group.protocol === 'https' };
        const isUp = healthOf(`${name}/${server}`) === 'up';
        return [
          { ...same, backend: name, isUp, fullHealth: healthyThreshold + unhealthyThreshold - 1 },
          { ...same, backend: probeOf(name), isUp: false, fullHealth: 1 },
        ];
      });
    });
}
