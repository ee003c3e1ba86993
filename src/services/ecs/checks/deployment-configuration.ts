import type { DeploymentConfiguration, SchedulingStrategy } from '@aws-sdk/client-ecs';
import { invalidParameter } from '../faults.ts';
import { circuitBreaker, deploymentAlarms, earlySuccess } from './failure-detection.ts';
import { checkLifecycleHooks } from './lifecycle-hooks.ts';
import { bakeTime, canaryConfiguration, linearConfiguration } from './traffic-shifting.ts';

export interface ConfigurationUse {
  readonly controller: 'ECS' | 'CODE_DEPLOY' | 'EXTERNAL';
  readonly schedulingStrategy: SchedulingStrategy;
}

/**
 * The configuration as the service shows it, its defaults filled in.
 *
 * @param current - of the service that is updated: what is left out keeps its value
 * @throws {InvalidParameterException} for what cannot be
 */
export function deploymentConfiguration(
  given: DeploymentConfiguration | undefined,
  use: ConfigurationUse,
  current: DeploymentConfiguration = {},
): DeploymentConfiguration {
  const merged = { ...current, ...given };
  const percentages = checkPercentages(merged, use);
  if (use.controller !== 'ECS') return checkOtherController(given ?? {}, percentages, use.controller);
  const strategy = merged.strategy ?? 'ROLLING';
  const isRolling = strategy === 'ROLLING';
  if (given?.linearConfiguration && strategy !== 'LINEAR') throw onlyWith('linearConfiguration', 'LINEAR');
  if (given?.canaryConfiguration && strategy !== 'CANARY') throw onlyWith('canaryConfiguration', 'CANARY');
  if (given?.earlySuccessCriteria?.enable && !isRolling) throw onlyWith('earlySuccessCriteria', 'ROLLING');
  if (given?.lifecycleHooks?.length && isRolling)
    throw invalidParameter('lifecycleHooks are not supported with the ROLLING deployment strategy.');
  const hooks = isRolling ? undefined : checkLifecycleHooks(merged.lifecycleHooks);
  if (!isRolling && use.schedulingStrategy === 'DAEMON')
    throw invalidParameter(`The ${strategy} deployment strategy is not supported with the DAEMON scheduling strategy.`);
  const configuration: DeploymentConfiguration = {
    deploymentCircuitBreaker: circuitBreaker(merged.deploymentCircuitBreaker),
    ...percentages,
    ...(merged.alarms && { alarms: deploymentAlarms(merged.alarms) }),
    strategy,
    bakeTimeInMinutes: bakeTime(merged.bakeTimeInMinutes, strategy),
    ...(hooks && { lifecycleHooks: hooks }),
    ...(strategy === 'LINEAR' && { linearConfiguration: linearConfiguration(merged.linearConfiguration) }),
    ...(strategy === 'CANARY' && { canaryConfiguration: canaryConfiguration(merged.canaryConfiguration) }),
    ...(isRolling &&
      merged.earlySuccessCriteria && {
        earlySuccessCriteria: earlySuccess(merged.earlySuccessCriteria, percentages.minimumHealthyPercent),
      }),
  };
  return configuration;
}

const onlyWith = (member: string, strategy: string): Error =>
  invalidParameter(`${member} is only valid with the ${strategy} deployment strategy.`);

function checkPercentages(merged: DeploymentConfiguration, { schedulingStrategy }: ConfigurationUse) {
  const isDaemon = schedulingStrategy === 'DAEMON';
  const { minimumHealthyPercent = isDaemon ? 0 : 100, maximumPercent = isDaemon ? 100 : 200 } = merged;
  if (minimumHealthyPercent > 100) throw invalidParameter('minimumHealthyPercent must be at most 100');
  if (minimumHealthyPercent < 0) throw invalidParameter('minimumHealthyPercent must be at least 0');
  if (maximumPercent < 100) throw invalidParameter('maximumPercent must be at least 100');
  if (maximumPercent > 200) throw invalidParameter('maximumPercent must be at most 200');
  if (minimumHealthyPercent === 100 && maximumPercent === 100)
    throw invalidParameter(
      'Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.',
    );
  return { maximumPercent, minimumHealthyPercent };
}

/** The words are assumed. Source: spec, §5.1. */
function checkOtherController(
  given: DeploymentConfiguration,
  percentages: DeploymentConfiguration,
  controller: string,
): DeploymentConfiguration {
  const only = 'only supported with the ECS deployment controller.';
  if (given.deploymentCircuitBreaker?.enable) throw invalidParameter(`Deployment circuit breaker is ${only}`);
  if (given.alarms?.enable) throw invalidParameter(`Deployment alarms are ${only}`);
  if (given.strategy && given.strategy !== 'ROLLING')
    throw invalidParameter(
      `The ${given.strategy} deployment strategy is not supported with the ${controller} deployment controller.`,
    );
  if (given.lifecycleHooks?.length) throw invalidParameter(`Lifecycle hooks are ${only}`);
  return percentages;
}
