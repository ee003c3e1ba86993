import type { Scope } from '../../kernel/scope.ts';
import type { Transaction } from '../../store/store.ts';

/**
 * One balancer serves every account and region, so its epoch belongs to none of them: it is kept under a scope that no
 * request can name.
 */
const NOWHERE: Scope = { account: '-', region: '-' };
const ID = 'elbv2/epoch';

const records = (tx: Transaction) => tx.records<{ readonly epoch: number }>('teal_settings');

/** The epoch of the config that the store now describes; 0 before the first change. */
export async function currentEpoch(tx: Transaction): Promise<number> {
  return (await records(tx).get(NOWHERE, ID))?.epoch ?? 0;
}

/** Moves to the next epoch, or further when the balancer already knows a later one (an emptied store). */
export async function advanceEpoch(tx: Transaction, beyond = 0): Promise<number> {
  const epoch = Math.max(await currentEpoch(tx), beyond) + 1;
  await records(tx).put(NOWHERE, ID, { epoch });
  return epoch;
}
