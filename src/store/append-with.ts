import type { AppendLogLines } from '../kernel/log-lines.ts';
import type { Transaction } from './store.ts';

/**
 * `AppendLogLines` with something more that is stored with the lines, or, when it throws, nothing is: how far a reader
 * has come. Without lines the stream is made and nothing else.
 */
export type AppendWith = (
  ...args: [...Parameters<AppendLogLines>, also?: (tx: Transaction) => Promise<void>]
) => Promise<void>;
