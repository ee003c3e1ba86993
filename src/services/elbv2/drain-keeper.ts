import type { Bell } from '../../kernel/bell.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Store } from '../../store/store.ts';
import { usedGroups } from './balancer-config.ts';
import type { BalancerLink } from './balancer-link.ts';
import { isDrained, nextDrainDeadline } from './drains.ts';
import { runChange, type Changing } from './change.ts';
import { elbRecords, targetId, targetKey } from './records.ts';

export interface DrainDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly bell: Bell;
  readonly link: BalancerLink;
}

/**
 * Forgets the targets that have drained, of every account and region.
 *
 * @returns when the next drain ends at the latest, in epoch milliseconds; `undefined` when none is left
 */
export async function finishDrains(deps: DrainDeps): Promise<number | undefined> {
  const draining = (await elbRecords(deps.store).targets.everywhere()).some(({ record }) => record.draining);
  if (!draining) return undefined;
  const observation = await deps.link.observe();
  const now = deps.clock.now().getTime();
  const { result, changed, epoch } = await runChange(deps.store, async (tx) => {
    const used = await allUsedGroups(tx);
    const targets = await tx.targets.everywhere();
    // Decided on the record as it stands in this transaction: a target that was taken back meanwhile stays.
    const isDone = ({ record }: (typeof targets)[number]) =>
      isDrained(record, used.has(record.targetGroupArn), observation, now);
    for (const { scope, record } of targets.filter(isDone)) {
      await tx.targets.remove(scope, targetId(record.targetGroupArn, targetKey(record)));
      await tx.nextEpoch();
    }
    return nextDrainDeadline(targets.filter((kept) => !isDone(kept)).map(({ record }) => record));
  });
  if (changed) {
    await deps.link.reach(epoch);
    deps.bell.ring();
  }
  return result;
}

async function allUsedGroups(tx: Changing): Promise<ReadonlySet<string>> {
  const listeners = (await tx.listeners.everywhere()).map(({ record }) => record);
  return usedGroups(
    listeners,
    (await tx.rules.everywhere()).map(({ record }) => record),
  );
}
