import type { BalancerConfig, TargetGroupConfig } from '../balancer.ts';
import { EPOCH, STICK, stickEntries, STRUCTURE, weightEntries, WEIGHTS, type MapEntries } from './config/maps.ts';
import { mapCommands, readMap } from './maps-plan.ts';
import { readServerStates } from './server-states.ts';
import { serverCommands, type ServerStates } from './servers.ts';
import type { Present } from './workers.ts';

/** What a worker does. */
export interface Running {
  readonly weights: MapEntries;
  /** Absent where nothing is sticky. */
  readonly stick?: MapEntries;
  readonly servers: ServerStates;
}

export async function readRunning({ connection, worker }: Present): Promise<Running> {
  const commands = [`show map ${WEIGHTS}`, `show map ${STICK}`, 'show servers state'];
  const [weights = '', stick = '', servers = ''] = await connection.command(worker, commands);
  return {
    weights: readMap(weights),
    ...(!stick.startsWith('Unknown map') && { stick: readMap(stick) }),
    servers: readServerStates(servers),
  };
}

/** What a worker should do. */
export interface Wanted {
  readonly config: BalancerConfig;
  /** Those that have backends. */
  readonly groups: readonly TargetGroupConfig[];
  readonly secret: string;
}

/** New servers come before a rule names their group, old ones leave when no request is sent there any more. */
export function adjustments({ config, groups, secret }: Wanted, { weights, stick, servers }: Running): string[] {
  const commands = groups.flatMap((group) => serverCommands(group, servers, secret));
  const epoch = String(config.epoch);
  const leaves = (text: string) => text.endsWith(' state maint');
  return [
    ...commands.filter((text) => !leaves(text)),
    ...(stick ? mapCommands(STICK, stickEntries(config), stick, new Set()) : []),
    ...mapCommands(WEIGHTS, weightEntries(config), weights, new Set([EPOCH, STRUCTURE])),
    ...commands.filter(leaves),
    // Last: it says that all the rest is done.
    ...(weights.get(EPOCH) === epoch ? [] : [`set map ${WEIGHTS} ${EPOCH} ${epoch}`]),
  ];
}
