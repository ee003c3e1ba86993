import type { Millis } from '../../kernel/span.ts';

/** Turns a configured span into the real one. */
export type Scaled = (configured: Millis) => Millis;
