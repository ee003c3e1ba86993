import { millis, seconds, type Millis } from '../../kernel/span.ts';

/** How often and how far apart a delivery is tried again; configured seconds. */
export interface RetryPolicy {
  readonly numRetries: number;
  readonly numNoDelayRetries: number;
  readonly numMinDelayRetries: number;
  readonly numMaxDelayRetries: number;
  readonly minDelayTarget: number;
  readonly maxDelayTarget: number;
  readonly backoffFunction: 'arithmetic' | 'exponential' | 'geometric' | 'linear';
}

/** Source: SNS Developer Guide, message delivery retries, HTTP/S endpoints. */
export const HTTP_POLICY: RetryPolicy = {
  minDelayTarget: 20,
  maxDelayTarget: 20,
  numRetries: 3,
  numMaxDelayRetries: 0,
  numNoDelayRetries: 0,
  numMinDelayRetries: 0,
  backoffFunction: 'linear',
};

/** Source: the same, AWS managed endpoints; there it goes on for 23 days, here for a quarter of an hour. */
export const MANAGED_POLICY: RetryPolicy = {
  minDelayTarget: 1,
  maxDelayTarget: 20,
  numRetries: 50,
  numMaxDelayRetries: 35,
  numNoDelayRetries: 3,
  numMinDelayRetries: 2,
  backoffFunction: 'exponential',
};

/**
 * The configured wait before the next attempt, in the four phases of SNS: at once, the shortest, growing, the longest.
 *
 * @param failures - how many attempts have failed, at least 1
 * @returns `undefined` when there is none. How it grows is said in pictures only; the curves here are assumed
 */
export function retryWait(policy: RetryPolicy, failures: number): Millis | undefined {
  if (failures > policy.numRetries) return undefined;
  if (failures <= policy.numNoDelayRetries) return millis(0);
  if (failures <= policy.numNoDelayRetries + policy.numMinDelayRetries) return seconds(policy.minDelayTarget);
  if (failures > policy.numRetries - policy.numMaxDelayRetries) return seconds(policy.maxDelayTarget);
  const { minDelayTarget: from, maxDelayTarget: to } = policy;
  const step = failures - policy.numNoDelayRetries - policy.numMinDelayRetries;
  const steps = policy.numRetries - policy.numNoDelayRetries - policy.numMinDelayRetries - policy.numMaxDelayRetries;
  const share = steps <= 1 ? 0 : (step - 1) / (steps - 1);
  return seconds(from + (to - from) * CURVES[policy.backoffFunction](share));
}

const CURVES: Readonly<Record<RetryPolicy['backoffFunction'], (share: number) => number>> = {
  linear: (share) => share,
  arithmetic: (share) => (share * (share + 1)) / 2,
  geometric: (share) => share ** 2,
  exponential: (share) => (2 ** (share * 8) - 1) / 255,
};
