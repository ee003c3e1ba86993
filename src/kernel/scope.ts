/** Where a record lives: everything is partitioned by account and region (design, decision 9). */
export interface Scope {
  /** Twelve digits. */
  readonly account: string;
  readonly region: string;
}
