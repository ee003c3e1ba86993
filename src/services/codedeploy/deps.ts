import type { AwsClients } from '../../aws/clients.ts';
import type { Objects } from '../../aws/objects.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Store } from '../../store/store.ts';

/** What CodeDeploy's actions work with. */
export interface CodeDeployDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A function, because the engine is built after the services it drives. */
  engine(): Engine;
  readonly clients: AwsClients;
  /** Hold AppSpecs. */
  readonly objects: Objects;
}
