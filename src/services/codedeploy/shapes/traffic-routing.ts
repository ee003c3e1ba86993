import { InvalidTrafficRoutingConfigurationException, type TrafficRoutingConfig } from '@aws-sdk/client-codedeploy';
import type { TrafficRouting } from '../../../engine/deployment.ts';
import { fault } from '../../../wire/api-error.ts';

const TWO_DAYS = 2880;

const wrong = (message: string): Error => fault(InvalidTrafficRoutingConfigurationException, message);

/** CodeDeploy's words for a traffic routing. */
export function trafficRoutingConfig(routing: TrafficRouting): TrafficRoutingConfig {
  const { kind } = routing;
  switch (kind) {
    case 'allAtOnce':
      return { type: 'AllAtOnce' };
    case 'canary':
      return {
        type: 'TimeBasedCanary',
        timeBasedCanary: { canaryPercentage: routing.percentage, canaryInterval: routing.interval },
      };
    case 'linear':
      return {
        type: 'TimeBasedLinear',
        timeBasedLinear: { linearPercentage: routing.percentage, linearInterval: routing.interval },
      };
  }
}

/**
 * Reads a traffic routing as CreateDeploymentConfig takes it.
 *
 * @throws `InvalidTrafficRoutingConfiguration` with AWS's texts
 * Source: spec, custom configs; the limits are measured ones.
 */
export function readTrafficRouting(config: TrafficRoutingConfig | undefined): TrafficRouting {
  if (!config?.type)
    throw wrong(
      'Traffic routing configuration cannot be null nor empty for deployment configurations on this platform.',
    );
  switch (config.type) {
    case 'AllAtOnce':
      refuseBlocks(config, ['TimeBasedCanary', 'TimeBasedLinear']);
      return { kind: 'allAtOnce' };
    case 'TimeBasedCanary':
      return readCanary(config);
    case 'TimeBasedLinear':
      return readLinear(config);
    default:
      throw wrong(
        `Traffic routing type '${String(config.type)}' is not valid. Valid values are [TimeBasedCanary, TimeBasedLinear, AllAtOnce]`,
      );
  }
}

function readCanary(config: TrafficRoutingConfig): TrafficRouting {
  refuseBlocks(config, ['TimeBasedLinear']);
  const block = config.timeBasedCanary;
  if (!block) throw wrong('TimeBasedCanaryConfiguration should not be null for TimeBasedCanary type');
  const interval = block.canaryInterval ?? 0;
  if (!Number.isInteger(interval) || interval < 1 || interval > TWO_DAYS)
    throw wrong('Canary interval must be between 1 and 2880 minutes (2 days)');
  return { kind: 'canary', percentage: percentage(block.canaryPercentage), interval };
}

function readLinear(config: TrafficRoutingConfig): TrafficRouting {
  refuseBlocks(config, ['TimeBasedCanary']);
  const block = config.timeBasedLinear;
  if (!block) throw wrong('TimeBasedLinearConfiguration should not be null for TimeBasedLinear type');
  const step = percentage(block.linearPercentage);
  const interval = block.linearInterval ?? 0;
  if (!Number.isInteger(interval) || interval < 1 || interval * Math.floor(100 / step) > TWO_DAYS)
    throw wrong('Total Traffic shifting intervals must be positive integers up to 2880 minutes (2 days)');
  return { kind: 'linear', percentage: step, interval };
}

function percentage(given: number | undefined): number {
  if (given === undefined || !Number.isInteger(given) || given < 1 || given > 99)
    throw wrong('Valid traffic routing percentage is from 1 to 99');
  return given;
}

function refuseBlocks(config: TrafficRoutingConfig, blocks: readonly ('TimeBasedCanary' | 'TimeBasedLinear')[]): void {
  for (const block of blocks) {
    const found = block === 'TimeBasedCanary' ? config.timeBasedCanary : config.timeBasedLinear;
    if (found) throw wrong(`${block}Configuration should be null for ${config.type} type`);
  }
}
