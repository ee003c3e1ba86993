import type { BalancerConfig, ListenerConfig, RuleConfig } from '../balancer.ts';
import { EPOCH, STRUCTURE, weightEntries, WEIGHTS, type MapEntries } from './config/maps.ts';
import { mapCommands, readMap } from './maps-plan.ts';
import { adjustments, readRunning, type Wanted } from './running.ts';
import type { Present } from './workers.ts';

/** The present worker was seen to do all that a config wants; nobody else changes that while it is the present one. */
export interface Settled {
  readonly present: Present;
  /** The config, its weights aside. */
  readonly rest: string;
  readonly weights: MapEntries;
}

/**
 * Brings a worker to a config that it needs no reload for.
 *
 * @returns nothing when servers are still to be brought in or out, or there is no listener
 * @throws {HungUp} when it is no longer the present one
 */
export async function settle(present: Present, wanted: Wanted): Promise<Settled | undefined> {
  const { connection, worker } = present;
  await connection.command(worker, adjustments(wanted, await readRunning(present)));
  const now = await readRunning(present);
  // Without a listener nothing looks weights up, and HAProxy has no map of them.
  if (now.weights.size === 0) return undefined;
  const { config } = wanted;
  const [left] = weightCommands(weightsOf(config), now.weights);
  if (left !== undefined) throw new Error(`HAProxy did not follow "${left}"`);
  if (adjustments(wanted, now).length > 0) return undefined;
  return { present, rest: restOf(config), weights: now.weights };
}

/**
 * Moves weights in one round trip, some 0.5 ms, and sees that they are what is wanted.
 *
 * @returns nothing when more than weights differ, or the worker may not be the present one any more
 */
export async function shift(settled: Settled, config: BalancerConfig): Promise<Settled | undefined> {
  const { present, weights: before } = settled;
  const { connection, worker } = present;
  const wanted = weightsOf(config);
  const commands = [...weightCommands(wanted, before), `show map ${WEIGHTS}`];
  const answers = await connection.command(worker, commands).catch(() => []);
  const weights = readMap(answers.at(-1) ?? '');
  const isSame = weights.get(STRUCTURE) === before.get(STRUCTURE);
  return isSame && weightCommands(wanted, weights).length === 0 ? { ...settled, weights } : undefined;
}

export const mayShift = ({ rest, present }: Settled, config: BalancerConfig): boolean =>
  present.connection.isOpen && rest === restOf(config);

/** The epoch comes last. */
const weightsOf = (config: BalancerConfig): MapEntries => weightEntries(config).set(EPOCH, String(config.epoch));

const weightCommands = (wanted: MapEntries, actual: MapEntries): string[] =>
  mapCommands(WEIGHTS, wanted, actual, new Set([STRUCTURE]));

/** Text, because whoever holds the config could change it. */
const restOf = (config: BalancerConfig): string =>
  JSON.stringify({ ...config, epoch: 0, listeners: config.listeners.map(weightless) });

const weightless = (listener: ListenerConfig): ListenerConfig => ({
  ...listener,
  rules: listener.rules.map(weightlessRule),
});

function weightlessRule({ action, ...rule }: RuleConfig): RuleConfig {
  if (action.type !== 'forward') return { ...rule, action };
  return { ...rule, action: { ...action, groups: action.groups.map((group) => ({ ...group, weight: 0 })) } };
}
