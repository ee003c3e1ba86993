import type { Clock } from '../../../kernel/clock.ts';
import type { Store } from '../../../store/store.ts';

export interface DashboardDeps {
  readonly store: Store;
  readonly clock: Clock;
}
