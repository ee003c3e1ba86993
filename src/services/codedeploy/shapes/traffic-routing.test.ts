import { InvalidTrafficRoutingConfigurationException, type TrafficRoutingConfig } from '@aws-sdk/client-codedeploy';
import { expect, it } from 'vitest';
import { readTrafficRouting, trafficRoutingConfig } from './traffic-routing.ts';

const canary = (canaryPercentage: number, canaryInterval: number): TrafficRoutingConfig => ({
  type: 'TimeBasedCanary',
  timeBasedCanary: { canaryPercentage, canaryInterval },
});
const linear = (linearPercentage: number, linearInterval: number): TrafficRoutingConfig => ({
  type: 'TimeBasedLinear',
  timeBasedLinear: { linearPercentage, linearInterval },
});
const PERCENTAGE = 'Valid traffic routing percentage is from 1 to 99';
const TOTAL = 'Total Traffic shifting intervals must be positive integers up to 2880 minutes (2 days)';
const CANARY = 'Canary interval must be between 1 and 2880 minutes (2 days)';
const EMPTY = 'Traffic routing configuration cannot be null nor empty for deployment configurations on this platform.';

it.each([{ type: 'AllAtOnce' as const }, canary(10, 5), canary(99, 2880), linear(10, 1), linear(1, 28)])(
  'gives back what it read: %j',
  (config) => {
    expect(trafficRoutingConfig(readTrafficRouting(config))).toEqual(config);
  },
);

it.each([
  [99, 2880],
  [67, 2880],
  [50, 1440],
  [34, 1440],
  [33, 960],
  [10, 288],
  [1, 28],
])('takes a linear %i%% every %i minutes, and not one minute more', (percentage, interval) => {
  expect(readTrafficRouting(linear(percentage, interval))).toEqual({ kind: 'linear', percentage, interval });
  expect(() => readTrafficRouting(linear(percentage, interval + 1))).toThrow(TOTAL);
});

it.each<[TrafficRoutingConfig | undefined, string]>([
  [undefined, EMPTY],
  [{}, EMPTY],
  [canary(0, 5), PERCENTAGE],
  [canary(100, 5), PERCENTAGE],
  [canary(10, 0), CANARY],
  [canary(10, 2881), CANARY],
  [linear(0, 5), PERCENTAGE],
  [linear(10, 0), TOTAL],
  [{ type: 'TimeBasedCanary' }, 'TimeBasedCanaryConfiguration should not be null for TimeBasedCanary type'],
  [{ type: 'TimeBasedLinear' }, 'TimeBasedLinearConfiguration should not be null for TimeBasedLinear type'],
  [{ ...canary(10, 5), ...linear(10, 5) }, 'TimeBasedCanaryConfiguration should be null for TimeBasedLinear type'],
  [{ ...linear(10, 5), ...canary(10, 5) }, 'TimeBasedLinearConfiguration should be null for TimeBasedCanary type'],
  [{ ...canary(10, 5), type: 'AllAtOnce' }, 'TimeBasedCanaryConfiguration should be null for AllAtOnce type'],
  [{ type: 'Random' as 'AllAtOnce' }, "type 'Random' is not valid"],
])('refuses %j with AWS words', (config, words) => {
  expect(() => readTrafficRouting(config)).toThrow(words);
  expect(() => readTrafficRouting(config)).toThrow(InvalidTrafficRoutingConfigurationException);
});
