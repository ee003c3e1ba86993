import type { Scope } from '../../../kernel/scope.ts';
import type { Records, Transaction } from '../../../store/store.ts';

export interface DashboardRecord {
  readonly name: string;
  /** As it was put. */
  readonly body: string;
  /** Epoch milliseconds. */
  readonly modifiedAt: number;
}

export const dashboardsIn = (store: Transaction): Records<DashboardRecord> =>
  store.records<DashboardRecord>('cloudwatch_dashboards');

/** Dashboards belong to an account, and are the same in every region. */
export const everywhere = ({ account }: Scope): Scope => ({ account, region: 'global' });

export const arnOf = ({ account }: Scope, name: string): string => `arn:aws:cloudwatch::${account}:dashboard/${name}`;
