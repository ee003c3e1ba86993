import type { Bell } from '../../kernel/bell.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Due } from '../../kernel/delivery-queue.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Queues } from '../../kernel/queues.ts';
import type { AwsClients } from '../../aws/clients.ts';
import type { Store } from '../../store/store.ts';

/** What this service is built from. */
export interface EventsParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly bell: Bell;
  readonly clients: Pick<AwsClients, 'lambda' | 'sns' | 'logs'>;
  readonly queues: Queues;
}

/** What actions work with. */
export interface EventsTools extends EventsParts {
  /** Says that deliveries are in the store. */
  deliver(dues: readonly Due[]): void;
  /** Says that a rule's schedule may have changed. */
  readonly reschedule: () => void;
}
