import type { TargetConfig, TargetGroupConfig } from '../balancer.ts';
import { checkedServer, probeServer, trafficServer } from './config/server-line.ts';
import { allOf, groupName, probeOf, serverName } from './names.ts';
import type { ServerState } from './server-states.ts';

/** Every server of a group that should get requests or soon will, with what a config line or `add server` says. */
export interface WantedServer {
  readonly name: string;
  readonly checked: string;
  readonly all: string;
  readonly probe: string;
  readonly draining: boolean;
}

export const wantedServers = (group: TargetGroupConfig, secret: string): WantedServer[] =>
  group.targets.map((target) => ({
    name: serverName(secret, target),
    checked: serverOf(group, target),
    all: trafficServer(group, target),
    probe: probeServer(group, target),
    draining: target.draining,
  }));

const serverOf = (group: TargetGroupConfig, target: TargetConfig): string =>
  group.healthCheck.enabled ? checkedServer(group, target) : trafficServer(group, target);

/** By `BACKEND/SERVER`. */
export type ServerStates = ReadonlyMap<string, ServerState>;

/**
 * Lists the commands that bring a group's servers to where the config wants them; none when they are there.
 *
 * A target that is new, or that no listener used before, begins as down with no weight, so that no request reaches it
 * before a probe has found it healthy; a target that leaves is in maintenance, which holds for sticky clients too.
 */
export function serverCommands(group: TargetGroupConfig, actual: ServerStates, secret: string): string[] {
  const name = groupName(group.arn);
  const wanted = wantedServers(group, secret);
  const kept = new Set(wanted.filter(({ draining }) => !draining).map((server) => server.name));
  return [
    ...wanted.filter(({ draining }) => !draining).flatMap((server) => bringIn(group, name, server, actual)),
    ...leaving(name, kept, actual),
  ];
}

function bringIn(group: TargetGroupConfig, name: string, server: WantedServer, actual: ServerStates): string[] {
  const [main, all] = [`${name}/${server.name}`, `${allOf(name)}/${server.name}`];
  const before = actual.get(main);
  const open = actual.get(all);
  const commands = [
    ...(open ? [] : [`add server ${all} ${server.all}`]),
    ...(!open || open.inMaintenance ? [`set server ${all} state ready`] : []),
    ...(before ? [] : [`add server ${main} ${server.checked}`]),
  ];
  if (!group.healthCheck.enabled)
    return [...commands, ...(!before || before.inMaintenance ? [`set server ${main} state ready`] : [])];
  if (!group.inUse) return [...commands, ...(before?.isChecked ? [`disable health ${main}`] : [])];
  if (before && !before.inMaintenance && before.isChecked) return commands;
  return [...commands, ...beginDown(main), ...beginProbe(name, server, actual)];
}

const beginDown = (main: string): string[] => [
  `set server ${main} weight 0`,
  `set server ${main} state ready`,
  `set server ${main} health down`,
  `enable health ${main}`,
  `set server ${main} weight 100`,
];

function beginProbe(name: string, server: WantedServer, actual: ServerStates): string[] {
  const probe = `${probeOf(name)}/${server.name}`;
  return [
    ...(actual.has(probe) ? [] : [`add server ${probe} ${server.probe}`]),
    `enable health ${probe}`,
    `set server ${probe} state ready`,
    `set server ${probe} health down`,
  ];
}

/** Commands that take a group's servers out which are not `kept`. */
function leaving(name: string, kept: ReadonlySet<string>, actual: ServerStates): string[] {
  return [name, allOf(name), probeOf(name)].flatMap((backend) =>
    [...actual]
      .filter(([, state]) => state.backend === backend && !state.inMaintenance && !kept.has(state.server))
      .map(([path]) => `set server ${path} state maint`),
  );
}

/** Commands that end a probe once it has told what it can. */
export const endProbe = (probe: string): string[] => [`set server ${probe} state maint`, `del server ${probe}`];
