import type { TrafficRouting } from '../deployment.ts';

/** One move of production traffic: the replacement's share in percent, then a wait in configured minutes. */
export interface ShiftPoint {
  readonly share: number;
  /** Absent after the last point: nothing waits after 100. */
  readonly thenMinutes?: number;
}

/**
 * Lists the moves of production traffic under one routing, in time order; the last share is always 100.
 *
 * @throws {RangeError} when the percentage is not between 0 and 100
 * Source: CodeDeploy API Reference, TimeBasedCanary and TimeBasedLinear.
 */
export function shiftSchedule(routing: TrafficRouting): readonly ShiftPoint[] {
  if (routing.kind === 'allAtOnce') return [{ share: 100 }];
  const { percentage, interval } = routing;
  if (!(percentage > 0 && percentage < 100))
    throw new RangeError(`percentage is between 0 and 100, found ${percentage}`);
  const before = routing.kind === 'canary' ? 1 : Math.ceil(100 / percentage) - 1;
  const partial = Array.from({ length: before }, (_, index) => ({
    // Native shares come in tenths, which binary fractions only come near.
    share: Math.round(percentage * (index + 1) * 10) / 10,
    thenMinutes: interval,
  }));
  return [...partial, { share: 100 }];
}
