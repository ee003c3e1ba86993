import type { Store, Transaction } from '../../store/store.ts';
import { advanceEpoch, currentEpoch } from './epoch.ts';
import { elbRecords, type ElbRecords } from './records.ts';

/** One transaction of an action that may change what the balancer does. */
export interface Changing extends ElbRecords {
  /** The transaction itself, for what other services keep. */
  readonly transaction: Transaction;
  /** Says that the balancer's config changes, and gives the epoch in which it does: once per action, however often called. */
  nextEpoch(): Promise<number>;
}

/** Runs the work in one transaction; `epoch` is that of the config the store then describes. */
export const runChange = <R>(store: Store, work: (tx: Changing) => Promise<R>) =>
  store.transaction(async (tx) => {
    let moved: number | undefined;
    const result = await work({
      ...elbRecords(tx),
      transaction: tx,
      nextEpoch: async () => (moved ??= await advanceEpoch(tx)),
    });
    return { result, changed: moved !== undefined, epoch: moved ?? (await currentEpoch(tx)) };
  });
