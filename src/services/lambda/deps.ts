import type { AwsClients } from '../../aws/clients.ts';
import type { Functions } from '../../drivers/functions/functions.ts';
import type { Checkpoint } from '../../kernel/checkpoint.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Due } from '../../kernel/delivery-queue.ts';
import type { AppendLogLines } from '../../kernel/log-lines.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { PublishMetrics } from '../../kernel/metrics.ts';
import type { Store } from '../../store/store.ts';
import type { CodeStore } from './code-store.ts';
import type { Concurrency } from './invoking/concurrency.ts';

export interface LambdaDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly functions: Functions;
  /** Takes lines that functions print. */
  readonly append: AppendLogLines;
  readonly publish: PublishMetrics;
  /** What destinations and dead letters are delivered through. */
  readonly clients: Pick<AwsClients, 'events' | 'lambda' | 'sns'>;
  readonly checkpoint: Checkpoint;
  /** Where code is kept. */
  readonly folder: string;
  /** The URL at which functions reach Teal; asked when it is needed. */
  readonly endpoint: () => string;
}

/** What an action works with. */
export interface LambdaTools extends LambdaDeps {
  readonly code: CodeStore;
  readonly concurrency: Concurrency;
  /** Wakes the loop that completes what is created and updated. */
  readonly ring: () => void;
  /** Says that events are in the store. */
  readonly promise: (dues: readonly Due[]) => void;
  /** Says that deliveries are in the store. */
  readonly deliver: (dues: readonly Due[]) => void;
}
