import type { LatencyBuckets } from './balancer.ts';

const PER_OCTAVE = 8;

/** The bucket of a time in seconds; what is shorter than a microsecond counts as one. */
export const latencyBucket = (seconds: number): number =>
  seconds <= 1e-6 ? 0 : Math.floor(Math.log2(seconds * 1e6) * PER_OCTAVE);

/** The middle of a bucket on its logarithmic scale, in seconds. */
export const bucketSeconds = (index: number): number => 2 ** ((index + 0.5) / PER_OCTAVE) / 1e6;

/** Counts times; give `toBuckets` to whoever asks. */
export class LatencyHistogram {
  readonly #counts: number[] = [];

  add(seconds: number, times = 1): void {
    const index = latencyBucket(seconds);
    this.#counts[index] = (this.#counts[index] ?? 0) + times;
  }

  toBuckets(): LatencyBuckets {
    const buckets: [number, number][] = [];
    this.#counts.forEach((count, index) => buckets.push([index, count]));
    return buckets;
  }
}
