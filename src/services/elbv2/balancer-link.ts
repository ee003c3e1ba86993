import type { Balancer, BalancerObservation } from '../../drivers/balancers/balancer.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Store, Transaction } from '../../store/store.ts';
import { balancerConfig, type BalancerWish } from './balancer-config.ts';
import { advanceEpoch, currentEpoch } from './epoch.ts';
import { elbRecords } from './records.ts';

/** Brings the balancer to what the store holds: one apply at a time, and one for all who wait. */
export interface BalancerLink {
  /** Resolves once the balancer has acknowledged a config of this epoch or a later one. */
  reach(epoch: number): Promise<BalancerObservation>;
  /** Applies the store as it stands, whatever was acknowledged before: at start, and when the balancer was replaced. */
  reapply(): Promise<BalancerObservation>;
  observe(): Promise<BalancerObservation>;
  /** The epoch last acknowledged to this process. */
  acknowledged(): number;
}

export interface LinkDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly balancer: Balancer;
}

export function createBalancerLink(deps: LinkDeps): BalancerLink {
  let last: BalancerObservation | undefined;
  let running: Promise<BalancerObservation> | undefined;
  let next: Promise<BalancerObservation> | undefined;
  const notePorts = portNotes(deps.logger);

  const run = async (): Promise<BalancerObservation> => {
    last = await applyStore(deps);
    notePorts(last);
    return last;
  };
  // The store is read when an apply begins: whoever comes later waits for the one after it, all of them for the same.
  const apply = (): Promise<BalancerObservation> => {
    if (!running) {
      running = run().finally(() => (running = undefined));
      return running;
    }
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        return apply();
      });
    return next;
  };
  return {
    reach: (epoch) => (last && last.epoch >= epoch ? Promise.resolve(last) : apply()),
    reapply: apply,
    observe: () => deps.balancer.observe(),
    acknowledged: () => last?.epoch ?? 0,
  };
}

async function applyStore(deps: LinkDeps): Promise<BalancerObservation> {
  const wish = await deps.store.transaction(readWish);
  const observation = await deps.balancer.apply(balancerConfig(wish, (span) => deps.clock.scaled(span)));
  if (observation.epoch <= wish.epoch) return observation;
  // The balancer outlived the store it was told of (a reset): an older epoch is ignored, so go past its own.
  await deps.store.transaction((tx) => advanceEpoch(tx, observation.epoch));
  return applyStore(deps);
}

/** Reads all that the balancer's config is computed from, at one moment. */
export async function readWish(tx: Transaction): Promise<BalancerWish> {
  const records = elbRecords(tx);
  const all = async <T>(kind: { everywhere(): Promise<{ readonly record: T }[]> }): Promise<T[]> =>
    (await kind.everywhere()).map((kept) => kept.record);
  return {
    epoch: await currentEpoch(tx),
    loadBalancers: await all(records.loadBalancers),
    listeners: await all(records.listeners),
    rules: await all(records.rules),
    targetGroups: await all(records.targetGroups),
    targets: await all(records.targets),
  };
}

function portNotes(logger: Logger): (observation: BalancerObservation) => void {
  const known = new Map<string, number>();
  return ({ listeners }) => {
    for (const { arn, boundPort, note } of listeners) {
      if (note !== undefined && known.get(arn) !== boundPort)
        logger.warn('a listener answers on another port than asked', { listenerArn: arn, boundPort, note });
      known.set(arn, boundPort);
    }
  };
}
