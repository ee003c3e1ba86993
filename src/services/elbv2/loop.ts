import { createBell, type Bell } from '../../kernel/bell.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/logger.ts';
import { millis, seconds, type Millis } from '../../kernel/span.ts';
import type { Store } from '../../store/store.ts';
import type { BalancerLink } from './balancer-link.ts';
import { finishDrains } from './drain-keeper.ts';
import { currentEpoch } from './epoch.ts';

export interface LoopDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly bell: Bell;
  readonly link: BalancerLink;
}

/** The bell rings when something drained; these are for a ring that was lost, and for a balancer that was replaced. */
const WHILE_DRAINING = seconds(1);
const OTHERWISE = seconds(5);

/** Brings the balancer to what the store holds and finishes drains, until the signal aborts. */
export async function keepBalancer(deps: LoopDeps, signal: AbortSignal): Promise<void> {
  // A bell of its own: rings of the shared one are consumed by whichever loop waits first.
  const heard = createBell(deps.clock);
  const stopListening = deps.bell.listen(() => heard.ring());
  while (!signal.aborted) {
    const pause = await turn(deps).catch((error: unknown) => {
      deps.logger.error('the balancer could not be brought to what is stored; trying again', { error });
      return WHILE_DRAINING;
    });
    await heard.wait(pause, signal);
  }
  stopListening();
}

async function turn(deps: LoopDeps): Promise<Millis> {
  const epoch = await currentEpoch(deps.store);
  const observed = await deps.link.observe();
  if (observed.epoch < epoch) await (deps.link.acknowledged() < epoch ? deps.link.reach(epoch) : deps.link.reapply());
  const left = await finishDrains(deps);
  if (!left) return OTHERWISE;
  const most = left.isAnyBusy ? WHILE_DRAINING : OTHERWISE;
  return millis(Math.max(1, Math.min(most, left.deadline - deps.clock.now().getTime())));
}
