import type { TrafficRouting } from '../../engine/deployment.ts';
import type { ComputePlatform, ConfigRecord } from './records.ts';

const ALL_AT_ONCE: TrafficRouting = { kind: 'allAtOnce' };
const canary = (interval: number): TrafficRouting => ({ kind: 'canary', percentage: 10, interval });
const linear = (interval: number): TrafficRouting => ({ kind: 'linear', percentage: 10, interval });

type Row = readonly [
  platform: ComputePlatform,
  name: string,
  rule: TrafficRouting | ConfigRecord['minimumHealthyHosts'],
];

/** Minimum healthy hosts of the Server ones are assumed: nothing here deploys to servers. */
const ROWS: readonly Row[] = [
  ['Server', 'OneAtATime', { type: 'FLEET_PERCENT', value: 99 }],
  ['Server', 'HalfAtATime', { type: 'FLEET_PERCENT', value: 50 }],
  ['Server', 'AllAtOnce', { type: 'HOST_COUNT', value: 0 }],
  ['Lambda', 'LambdaAllAtOnce', ALL_AT_ONCE],
  ['Lambda', 'LambdaCanary10Percent5Minutes', canary(5)],
  ['Lambda', 'LambdaCanary10Percent10Minutes', canary(10)],
  ['Lambda', 'LambdaCanary10Percent15Minutes', canary(15)],
  ['Lambda', 'LambdaCanary10Percent30Minutes', canary(30)],
  ['Lambda', 'LambdaLinear10PercentEvery1Minute', linear(1)],
  ['Lambda', 'LambdaLinear10PercentEvery2Minutes', linear(2)],
  ['Lambda', 'LambdaLinear10PercentEvery3Minutes', linear(3)],
  ['Lambda', 'LambdaLinear10PercentEvery10Minutes', linear(10)],
  ['ECS', 'ECSAllAtOnce', ALL_AT_ONCE],
  ['ECS', 'ECSCanary10Percent5Minutes', canary(5)],
  ['ECS', 'ECSCanary10Percent15Minutes', canary(15)],
  ['ECS', 'ECSLinear10PercentEvery1Minutes', linear(1)],
  ['ECS', 'ECSLinear10PercentEvery3Minutes', linear(3)],
];

export const PREDEFINED_PREFIX = 'CodeDeployDefault.';
export const DEFAULT_ECS_CONFIG = `${PREDEFINED_PREFIX}ECSAllAtOnce`;

/** The seventeen configurations that every account has. Source: spec, deployment configs (a list of 2026). */
export const PREDEFINED_CONFIGS: readonly ConfigRecord[] = ROWS.map(([computePlatform, name, rule], index) => ({
  id: `00000000-0000-0000-0000-${String(index + 1).padStart(12, '0')}`,
  name: `${PREDEFINED_PREFIX}${name}`,
  computePlatform,
  ...(rule && 'kind' in rule ? { routing: rule } : rule && { minimumHealthyHosts: rule }),
}));

export const predefinedConfig = (name: string): ConfigRecord | undefined =>
  PREDEFINED_CONFIGS.find((config) => config.name === name);
