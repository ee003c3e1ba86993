import type { Scaling } from '../../aws/scaling.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Turns } from '../../kernel/turns.ts';
import type { Store } from '../../store/store.ts';

export interface AutoscalingParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly scaling: Scaling;
}

/** What actions work with. */
export interface AutoscalingDeps extends AutoscalingParts {
  /** Something to look at has been stored. */
  readonly wake: () => void;
  /** Policies and their alarms are made and removed in turns of their scalable target. */
  readonly turns: Turns;
}
