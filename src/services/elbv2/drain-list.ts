import type { Scope } from '../../kernel/scope.ts';
import type { Transaction } from '../../store/store.ts';
import { elbRecords, targetId, targetKey, type TargetRecord } from './records.ts';

/*
 * Which targets drain, of every account and region, so that the loop need not read all targets at each ring. The target
 * itself says whether it still drains; an entry only says where to look.
 */

/** Entries are kept under a scope that no request can name. */
const NOWHERE: Scope = { account: '-', region: '-' };
const PARENT = 'elbv2/drains';

export interface Drain {
  readonly scope: Scope;
  /** Of the target. */
  readonly id: string;
}

const entries = (tx: Transaction) => tx.records<Drain>('teal_settings');
const entryId = ({ scope, id }: Drain): string => `${PARENT} ${scope.account} ${scope.region} ${id}`;

export const listDrains = (tx: Transaction): Promise<Drain[]> => entries(tx).list(NOWHERE, PARENT);

export async function noteDrain(tx: Transaction, { account, region }: Scope, target: TargetRecord): Promise<void> {
  const drain = { scope: { account, region }, id: targetId(target.targetGroupArn, targetKey(target)) };
  await entries(tx).put(NOWHERE, entryId(drain), drain, { parent: PARENT });
}

export async function forgetDrain(tx: Transaction, drain: Drain): Promise<void> {
  await entries(tx).remove(NOWHERE, entryId(drain));
}

/** Lists the drains that an earlier Teal began, which kept no list. */
export async function findDrains(tx: Transaction): Promise<void> {
  for (const { scope, record } of await elbRecords(tx).targets.everywhere())
    if (record.draining) await noteDrain(tx, scope, record);
}
