import type { Bell } from '../../kernel/bell.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { PublishMetrics } from '../../kernel/metrics.ts';
import type { Store } from '../../store/store.ts';

/** What this service is built from. */
export interface LogsParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly bell: Bell;
  /** Where the bytes of log events are kept. */
  readonly folder: string;
  readonly publish: PublishMetrics;
}
