import type { Bell } from '../../kernel/bell.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Due } from '../../kernel/delivery-queue.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Queues } from '../../kernel/queues.ts';
import type { AwsClients } from '../../aws/clients.ts';
import type { Store } from '../../store/store.ts';
import type { Signer } from './signing/signer.ts';

/** What this service is built from. */
export interface SnsParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly bell: Bell;
  readonly clients: Pick<AwsClients, 'lambda'>;
  readonly queues: Queues;
  /** Where Teal is reached, for links in messages. */
  readonly endpoint: () => string;
  /** The folder that mail is written to. */
  readonly outbox: string;
}

/** What actions work with. */
export interface SnsTools extends SnsParts {
  readonly signer: Signer;
  /** Says that deliveries are in the store. */
  deliver(dues: readonly Due[]): void;
}
