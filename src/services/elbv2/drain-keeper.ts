import type { BalancerObservation } from '../../drivers/balancers/balancer.ts';
import type { Bell } from '../../kernel/bell.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Store } from '../../store/store.ts';
import { usedGroups } from './balancer-config.ts';
import type { BalancerLink } from './balancer-link.ts';
import { runChange, type Changing } from './change.ts';
import { forgetDrain, listDrains, type Drain } from './drain-list.ts';
import { drainStep, nextDrainDeadline } from './drains.ts';
import type { TargetRecord } from './records.ts';

export interface DrainDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly bell: Bell;
  readonly link: BalancerLink;
}

/** The drains that go on. */
export interface DrainsLeft {
  /** When the next one ends at the latest, in epoch milliseconds. */
  readonly deadline: number;
  /** Whether any has requests in flight, so that it may become idle before. */
  readonly isAnyBusy: boolean;
}

/**
 * Brings drains on, of every account and region: takes idle targets from the balancer, and forgets those whose delay has
 * ended.
 *
 * @returns `undefined` when none is left
 */
export async function finishDrains(deps: DrainDeps): Promise<DrainsLeft | undefined> {
  if ((await listDrains(deps.store)).length === 0) return undefined;
  const observation = await deps.link.observe();
  const now = deps.clock.now().getTime();
  const { result, changed, epoch } = await runChange(deps.store, (tx) => advance(tx, observation, now));
  if (changed) {
    await deps.link.reach(epoch);
    deps.bell.ring();
  }
  return result;
}

async function advance(tx: Changing, observation: BalancerObservation, now: number): Promise<DrainsLeft | undefined> {
  const used = await allUsedGroups(tx);
  const left: TargetRecord[] = [];
  for (const drain of await listDrains(tx.transaction)) {
    // Decided on the record as it stands in this transaction: a target that was taken back meanwhile stays.
    const target = await tx.targets.get(drain.scope, drain.id);
    const kept = target?.draining && (await step(tx, drain, target, used.has(target.targetGroupArn), observation, now));
    if (kept) left.push(kept);
    else await forgetDrain(tx.transaction, drain);
  }
  const deadline = nextDrainDeadline(left);
  return deadline === undefined ? undefined : { deadline, isAnyBusy: left.some(isBusy) };
}

const isBusy = ({ draining }: TargetRecord): boolean => draining?.isIdle !== true;

/** @returns the target as it now stands, when it stays */
async function step(
  tx: Changing,
  { scope, id }: Drain,
  target: TargetRecord,
  inUse: boolean,
  observation: BalancerObservation,
  now: number,
): Promise<TargetRecord | undefined> {
  switch (drainStep(target, inUse, observation, now)) {
    case 'keep':
      return target;
    case 'idle': {
      const idle = { ...target, ...(target.draining && { draining: { ...target.draining, isIdle: true as const } }) };
      await tx.targets.put(scope, id, idle);
      await tx.nextEpoch();
      return idle;
    }
    case 'forget':
      await tx.targets.remove(scope, id);
      // The balancer was told when it became idle, if it did.
      if (isBusy(target)) await tx.nextEpoch();
      return undefined;
  }
}

async function allUsedGroups(tx: Changing): Promise<ReadonlySet<string>> {
  const listeners = (await tx.listeners.everywhere()).map(({ record }) => record);
  return usedGroups(
    listeners,
    (await tx.rules.everywhere()).map(({ record }) => record),
  );
}
