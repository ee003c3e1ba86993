import type { Functions } from '../../drivers/functions/functions.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { AppendLogLines } from '../../kernel/log-lines.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Store } from '../../store/store.ts';
import type { CodeStore } from './code-store.ts';

export interface LambdaDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly functions: Functions;
  /** Takes lines that functions print. */
  readonly append: AppendLogLines;
  /** Where code is kept. */
  readonly folder: string;
  /** The URL at which functions reach Teal; asked when it is needed. */
  readonly endpoint: () => string;
}

/** What an action works with. */
export interface LambdaTools extends LambdaDeps {
  readonly code: CodeStore;
  /** Wakes the loop. */
  readonly ring: () => void;
}
