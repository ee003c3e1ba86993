import type { Clock } from '../../../kernel/clock.ts';
import type { Millis } from '../../../kernel/span.ts';

/** How often an alarm is evaluated, in configured seconds: more often when its period is short. */
export type Cadence = 10 | 60;

export const CADENCES: readonly Cadence[] = [10, 60];

export const cadenceOf = (period: number): Cadence => (period < 60 ? 10 : 60);

/** Real milliseconds. More often would keep a core busy with looking. */
const FINEST = 100;
/** Real milliseconds: metrics are kept as finely, so periods begin where their buckets do. */
const STEP = 10;

/** The real milliseconds of a cadence under the time scale. */
export const tickOf = (clock: Clock, cadence: Cadence): number =>
  Math.max(FINEST, Math.floor((cadence * 1000) / clock.timeScale / STEP) * STEP);

/** How long data of a period that has just ended may be on its way. */
export const settling = (tick: number): Millis => Math.min(1000, tick / 20) as Millis;

/** The last instant by which whole periods have ended and settled. */
export const endAt = (now: number, tick: number): number => Math.floor((now - settling(tick)) / tick) * tick;

/** The real milliseconds of a period of configured seconds. */
export const realPeriod = (period: number, tick: number): number => (period / cadenceOf(period)) * tick;
