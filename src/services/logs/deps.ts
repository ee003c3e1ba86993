import type { Bell } from '../../kernel/bell.ts';
import type { AwsClients } from '../../aws/clients.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Due } from '../../kernel/delivery-queue.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { PublishMetrics } from '../../kernel/metrics.ts';
import type { Store } from '../../store/store.ts';
import type { LogLimits } from './limits.ts';
import type { Tails } from './live-tail/tails.ts';

/** What this service is built from. */
export interface LogsParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly bell: Bell;
  readonly publish: PublishMetrics;
  readonly clients: Pick<AwsClients, 'lambda'>;
  /** `LIMITS` unless given. */
  readonly limits?: LogLimits;
}

/** What its actions work with. */
export interface LogsDeps extends Omit<LogsParts, 'bell'> {
  /** Wakes the loop that deletes what has expired. */
  readonly ring: () => void;
  /** Takes events that were stored: sends them to subscribers, shows them to live tails, publishes what metric filters find, and keeps within the limits. */
  readonly stored: (batch: StoredBatch) => Promise<void>;
  readonly tails: Tails;
}

export interface StoredBatch {
  readonly scope: { readonly account: string; readonly region: string };
  readonly group: { readonly key: number; readonly name: string };
  /** Its name. */
  readonly stream: string;
  readonly ingestedAt: number;
  readonly events: readonly { readonly at: number; readonly message: string }[];
  readonly sizes: { readonly group: number; readonly total: number };
  /** What subscribers are to get of them; it is in the store. */
  readonly dues: readonly Due[];
}
