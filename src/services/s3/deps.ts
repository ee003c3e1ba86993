import type { Checkpoint } from '../../kernel/checkpoint.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Store } from '../../store/store.ts';
import type { ObjectFiles } from './object-files.ts';

export interface S3Options {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Where objects are kept, in files of the service's own. */
  readonly folder: string;
  readonly checkpoint: Checkpoint;
}

export interface S3Deps extends S3Options {
  readonly files: ObjectFiles;
}
